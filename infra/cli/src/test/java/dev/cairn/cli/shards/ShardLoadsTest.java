package dev.cairn.cli.shards;

import static dev.cairn.cli.status.ReshardScene.LOWER;
import static dev.cairn.cli.status.ReshardScene.UPPER;
import static dev.cairn.cli.status.ReshardScene.id;
import static dev.cairn.cli.status.ReshardScene.run;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.cairn.cli.status.Lag;
import dev.cairn.cli.status.ReshardScene;
import dev.cairn.coordinator.resharding.ShardTree.State;
import dev.cairn.state.HashRange;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class ShardLoadsTest {
  private static ShardLoad load(ReshardScene scene, int shard) {
    return ShardLoads.of(scene.facts()).stream()
        .filter(load -> load.shard().id().equals(id(shard)))
        .findFirst()
        .orElseThrow();
  }

  /** 0 was split into 1 and 2, and these were merged into 4; 3 has nothing to do with them. */
  @Test
  void childrenComeAfterAllOfTheirParents() {
    List<ShardLoad> loads =
        ShardLoads.of(
            new ReshardScene()
                .lists(0, LOWER)
                .lists(1, LOWER, 0)
                .lists(2, LOWER, 0)
                .lists(3, UPPER)
                .lists(4, LOWER, 1, 2)
                .closed(0, LOWER, 900)
                .closed(1, LOWER, 300, 0)
                .open(2, LOWER, 5, 0)
                .facts());

    assertThat(loads)
        .extracting(load -> load.shard().id(), ShardLoad::depth, load -> load.shard().state())
        .containsExactly(
            tuple(id(0), 0, State.CLOSED),
            tuple(id(1), 1, State.CLOSED),
            tuple(id(2), 1, State.DRAINING),
            tuple(id(4), 2, State.WAITING),
            tuple(id(3), 0, State.WAITING));
    assertThat(loads.get(3).shard().waitsFor()).containsExactly(id(2));
    assertThat(loads.get(4).shard().waitsFor()).isEmpty();
  }

  /** 0 was split into 1 and 2, and 1 was merged with 3 before any task had opened it. */
  private static ReshardScene splitAndMerge() {
    return new ReshardScene()
        .lists(0, LOWER)
        .lists(1, LOWER, 0)
        .lists(3, UPPER)
        .lists(4, HashRange.ALL, 1, 3)
        .open(3, UPPER, 5);
  }

  @Test
  void aClosedShardWaitsUntilItCanOpenAndIsDrainedThen() {
    assertThat(load(splitAndMerge().open(0, LOWER, 5), 1).shard())
        .satisfies(
            shard -> {
              assertThat(shard.state()).isEqualTo(State.WAITING);
              assertThat(shard.waitsFor()).containsExactly(id(0));
            });
    assertThat(load(splitAndMerge().closed(0, LOWER, 5), 1).shard().state())
        .isEqualTo(State.DRAINING);
  }

  @Test
  void aShardWhoseParentsAreNotListedIsARoot() {
    assertThat(
            ShardLoads.of(
                new ReshardScene().lists(7, HashRange.ALL, 3).open(7, HashRange.ALL, 5).facts()))
        .extracting(load -> load.shard().id(), ShardLoad::depth)
        .containsExactly(tuple(id(7), 0));
  }

  @Test
  void aFileThatParentAndChildrenHaveIsCountedByHashRange() {
    ReshardScene scene =
        new ReshardScene()
            .closed(0, HashRange.ALL, 900, List.of(run("of-parent", 1_000, HashRange.ALL)))
            .open(1, LOWER, 5, 0, List.of(run("of-parent", 1_000, LOWER)), 0)
            .open(2, UPPER, 5, 0, List.of(run("of-parent", 1_000, UPPER), run("own", 30, UPPER)), 0)
            .withoutStream();

    assertThat(load(scene, 0).stateSize()).contains(new StateSizes.Size(1_000, false));
    assertThat(load(scene, 1).stateSize()).contains(new StateSizes.Size(500, true));
    assertThat(load(scene, 2).stateSize()).contains(new StateSizes.Size(530, true));
  }

  @Test
  void theRateIsOfTheRecordsSinceTheLastBase() {
    ReshardScene scene =
        new ReshardScene()
            .lists(0, LOWER)
            .lists(1, UPPER)
            .lists(2, UPPER, 1)
            .open(0, LOWER, 40, 250, List.of())
            .closed(1, UPPER, 60)
            .lag(0, Duration.ofSeconds(3));

    // The base is a minute older than the last entry.
    assertThat(load(scene, 0).recordsPerSecond()).contains(2.5);
    assertThat(load(scene, 0).lag()).isEqualTo(new Lag.Behind(Duration.ofSeconds(3)));
    assertThat(load(scene, 1).recordsPerSecond()).isEmpty();
    assertThat(load(scene, 2).recordsPerSecond()).isEmpty();
    assertThat(load(scene, 0).hashPercent()).isEqualTo(50);
  }
}
