package dev.cairn.local.demo;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cairn.cli.inspect.StateView;
import dev.cairn.id.CheckpointId;
import dev.cairn.id.JobId;
import dev.cairn.id.Position;
import dev.cairn.id.ShardId;
import dev.cairn.id.StageId;
import dev.cairn.id.SubtaskId;
import dev.cairn.state.Change;
import dev.cairn.state.Counts;
import dev.cairn.state.HashRange;
import dev.cairn.state.KeyHash;
import dev.cairn.state.StateKey;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class StateComparisonWithFoldTest {
  private final PlainFold fold =
      new PlainFold(new TreeMap<>(Map.of(cell("a"), bytes(1), cell("b"), bytes(2))), 5, 1);

  @Test
  void equalStateInTwoShardsIsEqual() {
    StateComparisonWithFold comparison =
        StateComparisonWithFold.of(
            fold, List.of(shard(0, 2, 1, "a", 1), shard(1, 3, 0, "b", 2)), Counts.NONE);
    assertThat(comparison.isEqual()).isTrue();
    assertThat(comparison.keys()).isEqualTo(2);
    assertThat(comparison.cells()).isEqualTo(2);
  }

  @Test
  void everyKindOfDifferenceIsFound() {
    assertDifferent("b/s is missing", shard(0, 5, 1, "a", 1));
    assertDifferent("b/s is not what the fold has", shard(0, 2, 1, "a", 1), shard(1, 3, 0, "b", 3));
    assertDifferent(
        "c/s is not in the fold",
        shard(0, 2, 1, "a", 1),
        shard(1, 3, 0, "b", 2),
        shard(2, 0, 0, "c", 2));
    assertDifferent(
        "a/s is in more than one shard's state",
        shard(0, 2, 1, "a", 1),
        shard(1, 3, 0, "b", 2),
        shard(2, 0, 0, "a", 1));
    assertDifferent(
        "the pipeline applied 6 records, the fold 5",
        shard(0, 3, 1, "a", 1),
        shard(1, 3, 0, "b", 2));
    assertDifferent(
        "the pipeline has 0 dead letters, the fold refused 1",
        shard(0, 2, 0, "a", 1),
        shard(1, 3, 0, "b", 2));
  }

  private void assertDifferent(String difference, StateView... heads) {
    StateComparisonWithFold comparison =
        StateComparisonWithFold.of(fold, List.of(heads), Counts.NONE);
    assertThat(comparison.isEqual()).isFalse();
    assertThat(comparison.differences()).containsExactly(difference);
  }

  @Test
  void recordsOfClosedShardsCountWithTheStateThatTheyPassedOn() {
    StateComparisonWithFold comparison =
        StateComparisonWithFold.of(
            fold, List.of(shard(1, 1, 0, "a", 1), shard(2, 1, 0, "b", 2)), new Counts(3, 1));
    assertThat(comparison.differences()).isEmpty();
  }

  @Test
  void aDemoThatDidNotShowWhatItPromisesSaysWhatIsMissing() {
    assertThat(broken(8, all(Mishap.class), all(Reshard.class), rewind(50_000, 50_000))).isEmpty();
    assertThat(broken(7, all(Mishap.class), all(Reshard.class), rewind(50_000, 50_000)))
        .containsExactly("only 7 checkpoints were completed, not 8");
    assertThat(
            broken(
                8,
                EnumSet.complementOf(EnumSet.of(Mishap.ZOMBIE)),
                all(Reshard.class),
                rewind(50_000, 50_000)))
        .containsExactly("there was not a zombie that woke and went on");
    assertThat(broken(8, all(Mishap.class), EnumSet.of(Reshard.SPLIT), rewind(50_000, 50_000)))
        .containsExactly("the job did not follow two shards that were merged");
    assertThat(broken(8, all(Mishap.class), all(Reshard.class), Optional.empty())).hasSize(1);
    assertThat(broken(8, all(Mishap.class), all(Reshard.class), rewind(50_000, 49_999)))
        .containsExactly("of 50,000 records that the restore took back, 49,999 were applied again");
  }

  private static List<String> broken(
      int completed, Set<Mishap> faced, Set<Reshard> followed, Optional<DemoLog.Rewind> rewind) {
    return Expectations.of(336_776).broken(completed, faced, followed, rewind);
  }

  private static <E extends Enum<E>> Set<E> all(Class<E> type) {
    return EnumSet.allOf(type);
  }

  private static Optional<DemoLog.Rewind> rewind(long rewound, long replayed) {
    return Optional.of(new DemoLog.Rewind(new CheckpointId(3), rewound, replayed));
  }

  private static StateView shard(int number, long applied, long refused, String key, int value) {
    SortedMap<StateKey, Change> cells =
        new TreeMap<>(Map.of(cell(key), new Change.Put(cell(key), bytes(value))));
    return new StateView(
        new SubtaskId(new JobId("job"), new StageId("stage"), new ShardId("shard-" + number)),
        "revision 1",
        Position.beginning(),
        new Counts(applied, refused),
        HashRange.ALL,
        Map.of(),
        List.of(),
        List.of(),
        cells);
  }

  private static StateKey cell(String key) {
    return StateKey.of(KeyHash.of(key), key, "s", new byte[0]);
  }

  private static byte[] bytes(int value) {
    return new byte[] {(byte) value};
  }
}
