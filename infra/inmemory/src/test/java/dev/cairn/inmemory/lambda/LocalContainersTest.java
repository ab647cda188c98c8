package dev.cairn.inmemory.lambda;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cairn.inmemory.lambda.LocalContainers.Figures;
import dev.cairn.inmemory.world.Killed;
import dev.cairn.inmemory.world.WallClockWorld;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class LocalContainersTest {
  private static final Duration LONG = Duration.ofSeconds(20);
  private static final Handler ECHO = (event, response, invocation) -> event.transferTo(response);

  private final WallClockWorld world =
      new WallClockWorld(
          1,
          (task, point) -> {
            if (point.equals("deadly")) {
              throw new Killed(task, point);
            }
          });

  @AfterEach
  void close() {
    world.close();
  }

  @Test
  void answersWhatTheHandlerWrote() {
    assertThat(text(containers(() -> ECHO, LONG, 4, 0).invoke(bytes("hello")))).isEqualTo("hello");
  }

  @Test
  void aWarmContainerServesAgain() {
    AtomicInteger started = new AtomicInteger();
    LocalContainers containers = containers(counting(started), LONG, 4, 0);
    for (int i = 0; i < 5; i++) {
      assertThat(text(containers.invoke(bytes("")))).isEqualTo("1");
    }
    assertThat(containers.figures()).isEqualTo(new Figures(5, 1, 0, 0));
  }

  @Test
  void aNewContainerMayStartAlthoughOneIsWarm() {
    AtomicInteger started = new AtomicInteger();
    LocalContainers containers = containers(counting(started), LONG, 4, 1);
    for (int i = 1; i <= 3; i++) {
      assertThat(text(containers.invoke(bytes("")))).isEqualTo(Integer.toString(i));
    }
    assertThat(containers.figures().coldStarts()).isEqualTo(3);
  }

  @Test
  void noMoreContainersStayWarmThanAllowed() {
    LocalContainers containers = containers(() -> ECHO, LONG, 0, 0);
    containers.invoke(bytes(""));
    containers.invoke(bytes(""));
    assertThat(containers.figures().coldStarts()).isEqualTo(2);
  }

  @Test
  void invocationsAtOnceRunInContainersOfTheirOwnAndAnyOfThemServesNext() {
    AtomicInteger inside = new AtomicInteger();
    AtomicBoolean together = new AtomicBoolean();
    Set<String> names = ConcurrentHashMap.newKeySet();
    Handler meeting =
        (event, response, invocation) -> {
          inside.incrementAndGet();
          world.changed();
          if (!together.get()) {
            world.await(LONG, () -> inside.get() == 3);
            together.set(true);
          }
          names.add(invocation.container());
        };
    LocalContainers containers = containers(() -> meeting, LONG, 4, 0);
    AtomicInteger answered = new AtomicInteger();
    for (int i = 0; i < 3; i++) {
      world.start(
          "caller",
          () -> {
            containers.invoke(bytes(""));
            answered.incrementAndGet();
            world.changed();
          });
    }
    assertThat(world.await(LONG, () -> answered.get() == 3)).isTrue();
    assertThat(names).hasSize(3);

    Set<String> all = new HashSet<>(names);
    names.clear();
    for (int i = 0; i < 60; i++) {
      containers.invoke(bytes(""));
    }
    assertThat(names).isEqualTo(all);
    assertThat(containers.figures().coldStarts()).isEqualTo(3);
  }

  @Test
  void aContainerThatTimedOutIsNotUsedAgainButMayGoOn() {
    AtomicBoolean thawed = new AtomicBoolean();
    AtomicBoolean wroteLate = new AtomicBoolean();
    AtomicInteger started = new AtomicInteger();
    Supplier<Handler> factory =
        () -> {
          int number = started.incrementAndGet();
          return (event, response, invocation) -> {
            if (number == 1) {
              world.await(LONG, thawed::get);
              assertThat(invocation.remaining()).isZero();
              wroteLate.set(true);
              world.changed();
            }
            response.write(bytes("container " + number));
          };
        };
    LocalContainers containers = containers(factory, Duration.ofMillis(150), 4, 0);
    assertThat(containers.invoke(bytes(""))).isEqualTo(new InvocationResult.TimedOut());
    thawed.set(true);
    world.changed();
    assertThat(world.await(LONG, wroteLate::get)).isTrue();
    assertThat(text(containers.invoke(bytes("")))).isEqualTo("container 2");
    assertThat(text(containers.invoke(bytes("")))).isEqualTo("container 2");
    assertThat(containers.figures()).isEqualTo(new Figures(3, 2, 0, 1));
  }

  @Test
  void aContainerThatWasKilledIsNotUsedAgain() {
    LocalContainers containers =
        containers(() -> (event, response, invocation) -> world.pass("deadly"), LONG, 4, 0);
    assertThat(error(containers.invoke(bytes("")))).contains("killed at deadly");
    containers.invoke(bytes(""));
    assertThat(containers.figures()).isEqualTo(new Figures(2, 2, 2, 0));
  }

  @Test
  void aContainerWhoseHandlerThrewServesAgain() {
    Handler failing =
        (event, response, invocation) -> {
          throw new IllegalStateException("no tail number");
        };
    LocalContainers containers = containers(() -> failing, LONG, 4, 0);
    assertThat(error(containers.invoke(bytes("")))).contains("no tail number");
    containers.invoke(bytes(""));
    assertThat(containers.figures()).isEqualTo(new Figures(2, 1, 2, 0));
  }

  @Test
  void aContainerThatDidNotStartIsNotUsedAgain() {
    AtomicInteger started = new AtomicInteger();
    Supplier<Handler> factory =
        () -> {
          if (started.incrementAndGet() == 1) {
            throw new IllegalStateException("CAIRN_TABLE is not set");
          }
          return ECHO;
        };
    LocalContainers containers = containers(factory, LONG, 4, 0);
    assertThat(error(containers.invoke(bytes("")))).contains("CAIRN_TABLE is not set");
    assertThat(text(containers.invoke(bytes("now")))).isEqualTo("now");
    assertThat(containers.figures()).isEqualTo(new Figures(2, 2, 1, 0));
  }

  private LocalContainers containers(
      Supplier<Handler> factory, Duration timeout, int maxWarm, double coldStarts) {
    return new LocalContainers(
        world, factory, new ContainerSettings("delays", timeout, maxWarm, coldStarts));
  }

  private static Supplier<Handler> counting(AtomicInteger started) {
    return () -> {
      int number = started.incrementAndGet();
      return (event, response, invocation) -> response.write(bytes(Integer.toString(number)));
    };
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static String text(InvocationResult result) {
    assertThat(result).isInstanceOf(InvocationResult.Returned.class);
    return new String(((InvocationResult.Returned) result).response(), StandardCharsets.UTF_8);
  }

  private static String error(InvocationResult result) {
    assertThat(result).isInstanceOf(InvocationResult.Failed.class);
    return ((InvocationResult.Failed) result).error();
  }
}
