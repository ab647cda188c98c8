package dev.cairn.cli.inspect;

import dev.cairn.id.Position;
import dev.cairn.id.SubtaskId;
import dev.cairn.state.Change;
import dev.cairn.state.Counts;
import dev.cairn.state.HashRange;
import dev.cairn.state.KeyHash;
import dev.cairn.state.MergedRuns;
import dev.cairn.state.RunReader;
import dev.cairn.state.StateKey;
import dev.cairn.state.StateSchema;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import java.util.stream.StreamSupport;

/**
 * A subtask's stored state at one place.
 *
 * @param place where in the subtask's history, such as {@code revision 42} or {@code checkpoint 7}
 * @param schemas by name
 * @param runs newest first
 * @param dropped the names of states whose cells in the runs do not belong to the state
 * @param sinceRuns the changes after the newest run, one per cell
 */
public record StateView(
    SubtaskId subtask,
    String place,
    Position position,
    Counts counts,
    HashRange range,
    Map<String, StateSchema> schemas,
    List<RunReader> runs,
    List<String> dropped,
    SortedMap<StateKey, Change> sinceRuns) {

  /** Every cell, serialized. */
  public SortedMap<StateKey, byte[]> cells() {
    List<Iterable<Change>> newestFirst = new ArrayList<>();
    newestFirst.add(sinceRuns.values());
    runs.forEach(run -> newestFirst.add(kept(run)));
    return present(MergedRuns.merge(newestFirst, true));
  }

  /** Every key with its cells, serialized, one after the other in the order of their hashes. */
  public void forEachKey(BiConsumer<String, SortedMap<StateKey, byte[]>> each) {
    List<Iterable<Change>> newestFirst = new ArrayList<>();
    newestFirst.add(sinceRuns.values());
    runs.forEach(run -> newestFirst.add(kept(run)));
    Optional<String> key = Optional.empty();
    SortedMap<StateKey, byte[]> cells = new TreeMap<>();
    for (Change change : MergedRuns.merge(newestFirst, true)) {
      if (change instanceof Change.Put put) {
        String next = put.key().parts().partitionKey();
        if (!cells.isEmpty() && !key.equals(Optional.of(next))) {
          each.accept(key.orElseThrow(), cells);
          cells = new TreeMap<>();
        }
        key = Optional.of(next);
        cells.put(put.key(), put.value());
      }
    }
    if (!cells.isEmpty()) {
      each.accept(key.orElseThrow(), cells);
    }
  }

  /**
   * Returns the cells of one partition key, serialized.
   *
   * @param hash the hash under which the key's state is kept
   */
  public SortedMap<StateKey, byte[]> cells(String partitionKey, KeyHash hash) {
    List<Iterable<Change>> newestFirst = new ArrayList<>();
    newestFirst.add(
        sinceRuns.values().stream()
            .filter(change -> change.key().hash().equals(hash))
            .filter(change -> change.key().parts().partitionKey().equals(partitionKey))
            .toList());
    runs.forEach(run -> newestFirst.add(kept(run.ofKey(hash, partitionKey))));
    return present(MergedRuns.merge(newestFirst, true));
  }

  private Iterable<Change> kept(Iterable<Change> run) {
    return dropped.isEmpty()
        ? run
        : () ->
            StreamSupport.stream(run.spliterator(), false)
                .filter(change -> !dropped.contains(change.key().parts().state()))
                .iterator();
  }

  private static SortedMap<StateKey, byte[]> present(Iterable<Change> changes) {
    SortedMap<StateKey, byte[]> cells = new TreeMap<>();
    for (Change change : changes) {
      if (change instanceof Change.Put put) {
        cells.put(put.key(), put.value());
      }
    }
    return cells;
  }
}
