package dev.cairn.local.demo;

import dev.cairn.cli.inspect.StateView;
import dev.cairn.state.Counts;
import dev.cairn.state.StateKey;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Compares the pipeline's stored state with a plain fold over the input.
 *
 * @param keys how many partition keys the fold has state for
 * @param cells how many cells of state it has: a value, a list, or one entry of a map
 * @param records how many records made the fold's state
 * @param deadLetters how many records the function refused in the fold
 * @param differences what is not equal, the first of them
 * @param different how many differences there are
 */
record StateComparisonWithFold(
    long keys,
    long cells,
    long records,
    long deadLetters,
    List<String> differences,
    long different) {
  private static final int SHOWN = 10;

  boolean isEqual() {
    return different == 0;
  }

  /**
   * @param heads the states that hold all keys, as they are stored
   * @param passedOn the records of closed shards whose state their children have taken over
   */
  static StateComparisonWithFold of(PlainFold fold, Collection<StateView> heads, Counts passedOn) {
    List<String> differences = new ArrayList<>();
    SortedMap<StateKey, byte[]> cells = new TreeMap<>();
    long records = passedOn.applied();
    long deadLetters = passedOn.deadLettered();
    for (StateView head : heads) {
      records += head.counts().applied();
      deadLetters += head.counts().deadLettered();
      head.cells()
          .forEach(
              (cell, value) -> {
                if (cells.put(cell, value) != null) {
                  differences.add(cell + " is in more than one shard's state");
                }
              });
    }
    if (records != fold.applied()) {
      differences.add("the pipeline applied " + records + " records, the fold " + fold.applied());
    }
    if (deadLetters != fold.refused()) {
      differences.add(
          "the pipeline has " + deadLetters + " dead letters, the fold refused " + fold.refused());
    }
    compare(fold.cells(), cells, differences);
    return new StateComparisonWithFold(
        keys(fold.cells()),
        fold.cells().size(),
        fold.applied(),
        fold.refused(),
        List.copyOf(differences.subList(0, Math.min(SHOWN, differences.size()))),
        differences.size());
  }

  private static void compare(
      SortedMap<StateKey, byte[]> expected,
      SortedMap<StateKey, byte[]> stored,
      List<String> differences) {
    expected.forEach(
        (cell, value) -> {
          byte[] found = stored.get(cell);
          if (found == null) {
            differences.add(cell + " is missing");
          } else if (!Arrays.equals(value, found)) {
            differences.add(cell + " is not what the fold has");
          }
        });
    stored.keySet().stream()
        .filter(cell -> !expected.containsKey(cell))
        .forEach(cell -> differences.add(cell + " is not in the fold"));
  }

  private static long keys(SortedMap<StateKey, byte[]> cells) {
    Set<String> keys = new HashSet<>();
    cells.keySet().forEach(cell -> keys.add(cell.parts().partitionKey()));
    return keys.size();
  }
}
