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
 * may go on, as a frozen container that wakes later does.
 *
 * <p>A container's task passes {@code container.serve} before it does anything, and {@code
 * container.answer} when all is done but nobody knows.
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

  /** How often what has happened so far. */
  public record Figures(long invocations, long coldStarts, long failures, long timeOuts) {}

  /**
   * A function that nobody has invoked yet.
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

  /** The container's side: what it answers counts only if nobody has given it up by then. */
  private void serve(
      Container container, byte[] event, LocalInvocation invocation, Running running) {
    try {
      world.pass("container.serve");
      ByteArrayOutputStream response = new ByteArrayOutputStream();
      container.handler().handle(new ByteArrayInputStream(event), response, invocation);
      world.pass("container.answer");
      end(running, new InvocationResult.Answered(response.toByteArray()));
    } catch (Killed killed) {
      container.dead = true;
      end(running, new InvocationResult.Failed(killed));
      throw killed;
    } catch (Exception e) {
      end(running, new InvocationResult.Failed(e));
    } catch (Throwable e) {
      // As Java's runtime in Lambda does: after an error that is no exception, the process is not
      // trusted any more.
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

  /** The caller's side: an answer makes its container warm again, none ends its use. */
  private synchronized InvocationResult settle(Container container, Running running) {
    InvocationResult result = running.outcome.orElseGet(InvocationResult.TimedOut::new);
    switch (result) {
      case InvocationResult.Answered answered -> keepWarm(container);
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

    /** Whether it started, and has not died since. */
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
