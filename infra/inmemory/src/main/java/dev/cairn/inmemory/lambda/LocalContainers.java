package dev.cairn.inmemory.lambda;

import dev.cairn.inmemory.world.Killed;
import dev.cairn.inmemory.world.World;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;

/**
 * The containers of one Lambda function, without affinity: an invocation goes to any warm one, or
 * to a new one.
 *
 * <p>A container whose invocation timed out, or whose process ended, is never used again. Its task
 * may continue, like a frozen container that wakes later.
 *
 * <p>A container's task passes the point {@code container.serve} before its work, and {@code
 * container.answer} after it, before the response.
 */
public final class LocalContainers implements LambdaFunction {
  private final World world;
  private final Supplier<Handler> factory;
  private final ContainerSettings settings;
  private final List<Container> warm = new ArrayList<>();
  private long invocations;
  private long coldStarts;
  private long failures;
  private long timeOuts;

  /** Counts of what has happened so far. */
  public record Figures(long invocations, long coldStarts, long failures, long timeOuts) {}

  /**
   * Creates a function without containers.
   *
   * @param factory starts a container's handler; runs within the first invocation of it
   */
  public LocalContainers(World world, Supplier<Handler> factory, ContainerSettings settings) {
    this.world = world;
    this.factory = factory;
    this.settings = settings;
  }

  @Override
  public InvocationResult invoke(byte[] event) {
    Container container = pick();
    Instant deadline = world.now().plus(settings.timeout());
    LocalInvocation invocation =
        new LocalInvocation(world, requestId(world.random()), container.name, deadline);
    Running running = new Running();
    world.start(container.name, () -> serve(container, event, invocation, running));
    world.await(settings.timeout(), () -> outcome(running).isPresent());
    return settle(container, running);
  }

  public synchronized Figures figures() {
    return new Figures(invocations, coldStarts, failures, timeOuts);
  }

  private Container pick() {
    double chance = world.random().nextDouble();
    int draw = world.random().nextInt(Integer.MAX_VALUE);
    synchronized (this) {
      invocations++;
      if (!warm.isEmpty() && chance >= settings.coldStarts()) {
        return warm.remove(draw % warm.size());
      }
      coldStarts++;
      return new Container(settings.function() + "/container-" + coldStarts);
    }
  }

  /** The container's side: its response counts only if the invocation was not abandoned before. */
  private void serve(
      Container container, byte[] event, LocalInvocation invocation, Running running) {
    try {
      world.pass("container.serve");
      ByteArrayOutputStream response = new ByteArrayOutputStream();
      container.handler().handle(new ByteArrayInputStream(event), response, invocation);
      world.pass("container.answer");
      end(running, new InvocationResult.Returned(response.toByteArray()));
    } catch (Killed killed) {
      container.dead = true;
      end(running, new InvocationResult.Failed(killed));
      throw killed;
    } catch (Exception e) {
      end(running, new InvocationResult.Failed(e));
    } catch (Throwable e) {
      // As in Lambda's Java runtime, the process is not used again after an error that is not an
      // exception.
      container.dead = true;
      end(running, new InvocationResult.Failed(e));
    }
  }

  private void end(Running running, InvocationResult result) {
    synchronized (this) {
      running.outcome = Optional.of(result);
    }
    world.changed();
  }

  private synchronized Optional<InvocationResult> outcome(Running running) {
    return running.outcome;
  }

  /**
   * The caller's side: after a response the container is warm again; without one it is not used
   * again.
   */
  private synchronized InvocationResult settle(Container container, Running running) {
    InvocationResult result = running.outcome.orElseGet(InvocationResult.TimedOut::new);
    switch (result) {
      case InvocationResult.Returned returned -> keepWarm(container);
      case InvocationResult.Failed failed -> {
        failures++;
        keepWarm(container);
      }
      case InvocationResult.TimedOut timedOut -> timeOuts++;
    }
    return result;
  }

  private void keepWarm(Container container) {
    if (container.isUsable() && warm.size() < settings.maxWarm()) {
      warm.add(container);
    }
  }

  private static String requestId(RandomGenerator random) {
    long high = (random.nextLong() & ~0xF000L) | 0x4000L;
    long low = (random.nextLong() >>> 2) | Long.MIN_VALUE;
    return new UUID(high, low).toString();
  }

  /** Used by one invocation at a time. */
  private final class Container {
    private final String name;
    private Optional<Handler> started = Optional.empty();
    private boolean dead;

    Container(String name) {
      this.name = name;
    }

    /** Whether the container has started, and its process has not ended. */
    boolean isUsable() {
      return started.isPresent() && !dead;
    }

    Handler handler() {
      Handler handler = started.orElseGet(factory);
      started = Optional.of(handler);
      return handler;
    }
  }

  /** One invocation in one container, until it ends. */
  private static final class Running {
    private Optional<InvocationResult> outcome = Optional.empty();
  }
}
