package dev.cairn.inmemory.world;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

final class WallClockWorldTest {
  private static final Duration LONG = Duration.ofSeconds(20);

  @Test
  void awaitSeesAChangeThatAnotherTaskAnnounces() {
    try (WallClockWorld world = new WallClockWorld(1, Interference.NONE)) {
      AtomicInteger turns = new AtomicInteger();
      world.start(
          "ping",
          () -> {
            for (int i = 0; i < 1000; i += 2) {
              int mine = i;
              world.await(LONG, () -> turns.get() == mine);
              turns.incrementAndGet();
              world.changed();
            }
          });
      for (int i = 1; i < 1000; i += 2) {
        int mine = i;
        assertThat(world.await(LONG, () -> turns.get() == mine)).isTrue();
        turns.incrementAndGet();
        world.changed();
      }
      assertThat(turns).hasValue(1000);
    }
  }

  @Test
  void awaitSeesAConditionOnTheTimeAlone() {
    try (WallClockWorld world = new WallClockWorld(1, Interference.NONE)) {
      Instant later = world.now().plusMillis(60);
      assertThat(world.await(LONG, () -> !world.now().isBefore(later))).isTrue();
    }
  }

  @Test
  void awaitTimesOut() {
    try (WallClockWorld world = new WallClockWorld(1, Interference.NONE)) {
      Instant before = world.now();
      assertThat(world.await(Duration.ofMillis(30), () -> false)).isFalse();
      assertThat(Duration.between(before, world.now()))
          .isGreaterThanOrEqualTo(Duration.ofMillis(25));
      assertThat(world.await(Duration.ZERO, () -> true)).isTrue();
    }
  }

  @Test
  void interferenceKnowsTheTaskAndThePointAndMayEndIt() {
    AtomicBoolean wentOn = new AtomicBoolean();
    AtomicBoolean ended = new AtomicBoolean();
    Interference kill =
        (task, point) -> {
          if (task.equals("victim") && point.equals("journal.append")) {
            throw new Killed(task, point);
          }
        };
    try (WallClockWorld world = new WallClockWorld(1, kill)) {
      world.start(
          "victim",
          () -> {
            try {
              world.pass("journal.read");
              world.pass("journal.append");
              wentOn.set(true);
            } finally {
              ended.set(true);
              world.changed();
            }
          });
      assertThat(world.await(LONG, ended::get)).isTrue();
      assertThat(wentOn).isFalse();
    }
  }

  @Test
  void closingEndsFrozenAndWaitingTasks() throws InterruptedException {
    CountDownLatch begun = new CountDownLatch(2);
    CountDownLatch ends = new CountDownLatch(2);
    AtomicBoolean wentOn = new AtomicBoolean();
    Interference freeze =
        (task, point) -> {
          new CountDownLatch(1).await();
        };
    WallClockWorld world = new WallClockWorld(1, freeze);
    for (Runnable wait :
        new Runnable[] {() -> world.pass("here"), () -> world.sleep(Duration.ofDays(1))}) {
      world.start(
          "task",
          () -> {
            try {
              begun.countDown();
              wait.run();
              wentOn.set(true);
            } finally {
              ends.countDown();
            }
          });
    }
    begun.await();
    world.close();
    assertThat(ends.getCount()).isZero();
    assertThat(wentOn).isFalse();
    assertThatThrownBy(() -> world.pass("later")).isInstanceOf(Killed.class);
  }
}
