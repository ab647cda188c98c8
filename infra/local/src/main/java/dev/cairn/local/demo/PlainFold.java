package dev.cairn.local.demo;

import dev.cairn.cli.input.InputRow;
import dev.cairn.cli.input.UserFunction;
import dev.cairn.id.Position;
import dev.cairn.id.ShardId;
import dev.cairn.inmemory.kinesis.LocalStream;
import dev.cairn.state.KeyHash;
import dev.cairn.state.StateKey;
import dev.cairn.stream.Shard;
import dev.cairn.stream.StreamRecord;
import dev.cairn.testing.FunctionHarness;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;

/**
 * Applies the user's function to plain maps, record by record, without shards, containers, batches
 * or checkpoints.
 *
 * @param applied how many records the function applied
 * @param refused how many it could not decode or failed on; they changed nothing
 */
record PlainFold(SortedMap<StateKey, byte[]> cells, long applied, long refused) {
  private static final int PAGE = 1000;

  /**
   * Folds the input. The stream is read only for each record's time of arrival, and must have
   * exactly the input's records.
   */
  static PlainFold of(List<InputRow> rows, UserFunction function, LocalStream stream) {
    FunctionHarness<Object> harness = FunctionHarness.of(function.create());
    Arrivals arrivals = new Arrivals(stream);
    long applied = 0;
    for (InputRow row : rows) {
      Instant arrival = arrivals.next(row);
      try {
        harness.processBytes(row.key(), row.data(), arrival);
        applied++;
      } catch (Exception | StackOverflowError | AssertionError e) {
        // In the pipeline such a record becomes a dead letter; their number is compared.
      }
    }
    return new PlainFold(harness.cells(), applied, rows.size() - applied);
  }

  /** Reads all shards beside the input, each of them before its children. */
  private static final class Arrivals {
    private final LocalStream stream;
    private final ShardGenerations generations;
    private final Map<ShardId, Deque<StreamRecord>> read = new HashMap<>();
    private final Map<ShardId, Position> positions = new HashMap<>();

    Arrivals(LocalStream stream) {
      this.stream = stream;
      this.generations = new ShardGenerations(stream.listed());
    }

    Instant next(InputRow row) {
      KeyHash hash = row.hashKey().orElseGet(() -> KeyHash.of(row.key()));
      ShardId shard = generations.root(hash).id();
      Optional<ShardId> child = childIfRead(shard, hash);
      while (child.isPresent()) {
        shard = child.get();
        child = childIfRead(shard, hash);
      }
      StreamRecord record = ahead(shard).poll();
      if (record == null
          || !record.partitionKey().equals(row.key())
          || !Arrays.equals(record.data(), row.data())) {
        throw new IllegalStateException(
            shard + " does not have the input's records in the input's order");
      }
      positions.put(shard, Position.after(record.sequenceNumber()));
      return record.arrival();
    }

    /** The child that has the hash, when each record of its parent was read. */
    private Optional<ShardId> childIfRead(ShardId shard, KeyHash hash) {
      return ahead(shard).isEmpty()
          ? generations.child(shard, hash).map(Shard::id)
          : Optional.empty();
    }

    private Deque<StreamRecord> ahead(ShardId shard) {
      Deque<StreamRecord> ahead = read.computeIfAbsent(shard, none -> new ArrayDeque<>());
      if (ahead.isEmpty()) {
        ahead.addAll(
            stream.after(shard, positions.getOrDefault(shard, Position.beginning()), PAGE));
      }
      return ahead;
    }
  }
}
