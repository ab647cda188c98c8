package dev.cairn.local.simulation;

import dev.cairn.id.Position;
import dev.cairn.id.SequenceNumber;
import dev.cairn.id.ShardId;
import dev.cairn.state.Counts;
import dev.cairn.state.StateKey;
import dev.cairn.testing.FunctionHarness;
import java.time.Instant;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The plain fold: what each shard's state has to be after each of its records, computed beside the
 * stream and by other code.
 */
final class Expectation {
  private final Map<ShardId, Fold> folds = new TreeMap<>();

  /** A shard's state after one of its records. */
  record Expected(SortedMap<StateKey, byte[]> cells, Counts counts) {
    static final Expected NOTHING = new Expected(new TreeMap<>(), Counts.NONE);
  }

  private static final class Fold {
    private final FunctionHarness<String> function =
        FunctionHarness.of(new SimulatedFunction(() -> false));
    private final NavigableMap<SequenceNumber, Expected> after = new TreeMap<>();
    private final Map<SequenceNumber, byte[]> data = new TreeMap<>();
  }

  void put(ShardId shard, SequenceNumber number, String key, byte[] data, Instant arrival) {
    Fold fold = folds.computeIfAbsent(shard, s -> new Fold());
    Counts before = fold.after.isEmpty() ? Counts.NONE : fold.after.lastEntry().getValue().counts();
    Counts counts;
    try {
      fold.function.processBytes(key, data, arrival);
      counts = before.plus(1, 0);
    } catch (Exception poison) {
      counts = before.plus(0, 1);
    }
    fold.data.put(number, data);
    fold.after.put(number, new Expected(fold.function.cells(), counts));
  }

  /** The bytes of a record that was put. */
  byte[] data(ShardId shard, SequenceNumber number) {
    return Optional.ofNullable(folds.get(shard))
        .flatMap(fold -> Optional.ofNullable(fold.data.get(number)))
        .orElseThrow(
            () -> new Violation(Invariants.POSITIONS, number + " is no record of " + shard));
  }

  Expected at(ShardId shard, Position position) {
    return switch (position) {
      case Position.Beginning b -> Expected.NOTHING;
      case Position.After after ->
          Optional.ofNullable(folds.get(shard))
              .flatMap(fold -> Optional.ofNullable(fold.after.get(after.last())))
              .orElseThrow(
                  () ->
                      new Violation(
                          Invariants.POSITIONS,
                          shard + " is at " + position + ", which is no record"));
      case Position.End e ->
          throw new Violation(Invariants.POSITIONS, shard + " is at its end, and is open");
    };
  }

  Position end(ShardId shard) {
    return Optional.ofNullable(folds.get(shard))
        .map(fold -> Position.after(fold.after.lastKey()))
        .orElse(Position.beginning());
  }

  int records(ShardId shard) {
    return Optional.ofNullable(folds.get(shard)).map(fold -> fold.after.size()).orElse(0);
  }
}
