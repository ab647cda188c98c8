package dev.cairn.state;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class MergedRunsTest {

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10})
  void mergesLikeAMapToWhichEachRunIsApplied(long seed) {
    RandomChanges random = new RandomChanges(seed);
    NavigableMap<StateKey, Change> model = new TreeMap<>();
    List<RunReader> newestFirst = new ArrayList<>();
    for (int i = 0; i < 1 + seed % 7; i++) {
      NavigableMap<StateKey, Change> run = random.sorted(400, 60);
      model.putAll(run);
      newestFirst.addFirst(
          RunReader.open(RunWriter.write(run.values()), "run " + i, new BlockChecksum()));
    }

    Iterable<Change> merged = MergedRuns.merge(newestFirst, false);

    assertThat(RandomChanges.lines(merged)).isEqualTo(RandomChanges.lines(model.values()));
    assertThat(RandomChanges.lines(merged))
        .as("read once more")
        .isEqualTo(RandomChanges.lines(model.values()));
    model.values().removeIf(change -> change instanceof Change.Removed);
    assertThat(RandomChanges.lines(MergedRuns.merge(newestFirst, true)))
        .isEqualTo(RandomChanges.lines(model.values()));
  }

  @Test
  void aRemovalHidesTheOlderValueAlsoWhenItIsDropped() {
    List<Change> older = List.of(RandomChanges.put(1, "old"));
    List<Change> newer = List.of(new Change.Removed(RandomChanges.key(1, 0, 0)));

    assertThat(MergedRuns.merge(List.of(newer, older), true)).isEmpty();
    assertThat(RandomChanges.lines(MergedRuns.merge(List.of(newer, older), false)))
        .isEqualTo(RandomChanges.lines(newer));
  }

  @Test
  void nothingMergesToNothing() {
    assertThat(MergedRuns.merge(List.of(), false)).isEmpty();
    assertThat(MergedRuns.merge(List.of(List.of(), List.of()), false)).isEmpty();
  }
}
