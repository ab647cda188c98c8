package dev.cairn.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cairn.inmemory.world.World;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class SeededWorldTest {
  private static final Duration LONG = Duration.ofHours(1);

  private final SeededWorld world =
      new SeededWorld(
          new SplittableRandom(1),
          (task, point) -> new SeededWorld.Happening.Delay(Duration.ofMillis(1)),
          Trace.hashed());
  private final AtomicInteger checks = new AtomicInteger();
  private boolean isDone;

  /** Checks a condition while other tasks take 50 steps, of which the last one makes it true. */
  private void awaitBesideFiftySteps(World view, Runnable afterwards) {
    Instant begun = world.now();
    List<Boolean> held = new ArrayList<>();
    world.start(
        "waits",
        () ->
            held.add(
                view.await(
                    LONG,
                    () -> {
                      checks.incrementAndGet();
                      return isDone;
                    })));
    world.start(
        "works",
        () -> {
          for (int i = 0; i < 50; i++) {
            world.pass("work");
          }
          isDone = true;
          afterwards.run();
        });
    while (held.isEmpty() && world.step()) {}
    world.end();
    assertThat(held).containsExactly(true);
    assertThat(Duration.between(begun, world.now())).isLessThan(Duration.ofSeconds(1));
  }

  @Test
  void aConditionIsCheckedAfterEveryStep() {
    awaitBesideFiftySteps(world, () -> {});
    assertThat(checks.get()).isGreaterThan(40);
  }

  @Test
  void aSignalledConditionIsCheckedWhenItsSignalCame() {
    awaitBesideFiftySteps(world.signalled(), world::changed);
    assertThat(checks.get()).isLessThan(5);
  }

  @Test
  void aSleepTakesItsTimeAndNoTurnIfItIsZero() {
    List<Instant> seen = new ArrayList<>();
    Instant begun = world.now();
    world.start(
        "sleeps",
        () -> {
          seen.add(world.now());
          world.sleep(Duration.ZERO);
          seen.add(world.now());
          world.sleep(Duration.ofSeconds(2));
          seen.add(world.now());
        });
    assertThat(world.step()).isTrue();
    assertThat(seen).hasSize(2);
    assertThat(world.step()).isTrue();
    assertThat(world.step()).isFalse();
    assertThat(seen.get(1)).isEqualTo(seen.getFirst());
    assertThat(seen.getLast()).isEqualTo(seen.getFirst().plusSeconds(2)).isAfter(begun);
  }
}
