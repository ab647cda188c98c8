package dev.cairn.cli.rescale;

import static dev.cairn.cli.status.ReshardScene.LOWER;
import static dev.cairn.cli.status.ReshardScene.UPPER;
import static dev.cairn.cli.status.ReshardScene.id;
import static org.assertj.core.api.Assertions.assertThat;

import dev.cairn.cli.rescale.ReshardProgress.Change;
import dev.cairn.cli.status.Lag;
import dev.cairn.cli.status.ReshardScene;
import dev.cairn.coordinator.resharding.ShardTree;
import dev.cairn.id.ShardId;
import dev.cairn.state.HashRange;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** How far a job has followed a split of shard 0 into 1 and 2. */
class ReshardProgressTest {
  private static final Instant NOW = ReshardScene.NOW;
  private static final Lag BEHIND = new Lag.Behind(Duration.ofSeconds(30));

  private static final ShardTree BEFORE =
      tree(new ReshardScene().lists(0, HashRange.ALL).open(0, HashRange.ALL, 1));

  private static final ShardTree DRAINING = tree(split().open(0, HashRange.ALL, 1));

  private static final ShardTree CLOSED = tree(split().closed(0, HashRange.ALL, 1));

  private static final ShardTree OPENED =
      tree(split().closed(0, HashRange.ALL, 1).open(1, LOWER, 1, 0).open(2, UPPER, 1, 0));

  private static ReshardScene split() {
    return new ReshardScene().lists(0, HashRange.ALL).lists(1, LOWER, 0).lists(2, UPPER, 0);
  }

  private static ShardTree tree(ReshardScene scene) {
    return scene.facts().shards().orElseThrow();
  }

  private static ReshardProgress after(ReshardProgress before, ShardTree tree) {
    return before.next(tree, Map.of(), NOW);
  }

  @Test
  void eachShardPassesThroughItsStages() {
    ReshardProgress before = after(ReshardProgress.NONE, BEFORE);
    assertThat(before.since(ReshardProgress.NONE)).isEmpty();
    assertThat(before.isCaughtUp()).isTrue();
    assertThat(before.openShards()).isEqualTo(1);

    ReshardProgress draining = after(before, DRAINING);
    assertThat(draining.since(before))
        .containsExactly(
            new Change(ShardStage.DRAINING, List.of(id(0))),
            new Change(ShardStage.WAITING, List.of(id(1), id(2))));
    assertThat(draining.isFollowed()).isFalse();

    ReshardProgress closed = after(draining, CLOSED);
    assertThat(closed.since(draining))
        .containsExactly(new Change(ShardStage.CLOSED, List.of(id(0))));
    assertThat(closed.isFollowed()).isFalse();

    ReshardProgress opened = closed.next(OPENED, Map.of(id(1), BEHIND, id(2), new Lag.None()), NOW);
    assertThat(opened.since(closed))
        .containsExactly(
            new Change(ShardStage.OPENED, List.of(id(1))),
            new Change(ShardStage.CAUGHT_UP, List.of(id(2))));
    assertThat(opened.isFollowed()).isTrue();
    assertThat(opened.isCaughtUp()).isFalse();
    assertThat(opened.openShards()).isEqualTo(2);
  }

  @Test
  void aFirstLookShowsWhatIsUnderWay() {
    ReshardProgress first = after(ReshardProgress.NONE, DRAINING);

    assertThat(first.since(ReshardProgress.NONE))
        .containsExactly(
            new Change(ShardStage.DRAINING, List.of(id(0))),
            new Change(ShardStage.WAITING, List.of(id(1), id(2))));
    assertThat(after(ReshardProgress.NONE, OPENED).since(ReshardProgress.NONE)).isEmpty();
  }

  @Test
  void aChildHasCaughtUpWithWhatHadArrivedWhenItWasSeenToBeOpen() {
    Map<ShardId, Lag> thirtySeconds = Map.of(id(1), BEHIND, id(2), BEHIND);
    ReshardProgress opened = ReshardProgress.NONE.next(OPENED, thirtySeconds, NOW);
    assertThat(opened.in(ShardStage.OPENED)).containsExactly(id(1), id(2));

    // Its oldest record has arrived before that, also if it is as old as the time since.
    ReshardProgress soon = opened.next(OPENED, thirtySeconds, NOW.plusSeconds(30));
    assertThat(soon.in(ShardStage.OPENED)).containsExactly(id(1), id(2));

    ReshardProgress later = soon.next(OPENED, thirtySeconds, NOW.plusSeconds(31));
    assertThat(later.isCaughtUp()).as("although records always wait").isTrue();
    assertThat(later.needLag(OPENED)).as("nothing is measured twice").isEmpty();
    assertThat(later.next(OPENED, Map.of(), NOW.plusSeconds(99)).isCaughtUp()).isTrue();
  }

  @Test
  void aLagThatIsNotKnownIsNoProofOfAnything() {
    Map<ShardId, Lag> unknown = Map.of(id(1), new Lag.Unknown("throttled"), id(2), new Lag.None());
    ReshardProgress progress = ReshardProgress.NONE.next(OPENED, unknown, NOW);

    assertThat(progress.next(OPENED, unknown, NOW.plusSeconds(999)).isCaughtUp()).isFalse();
  }

  @Test
  void onlyChildrenAreMeasured() {
    assertThat(ReshardProgress.NONE.needLag(BEFORE)).isEmpty();
    assertThat(ReshardProgress.NONE.needLag(DRAINING)).isEmpty();
    assertThat(ReshardProgress.NONE.needLag(OPENED)).hasSize(2);
  }

  @Test
  void aParentWhoseRecordsHaveExpiredIsNamed() {
    ShardTree tree =
        tree(
            new ReshardScene().lists(1, LOWER, 0).lists(2, UPPER, 0).open(0, HashRange.ALL, 4_000));

    assertThat(after(ReshardProgress.NONE, tree).expired()).containsExactly(id(0));
    assertThat(after(ReshardProgress.NONE, DRAINING).expired()).isEmpty();
  }
}
