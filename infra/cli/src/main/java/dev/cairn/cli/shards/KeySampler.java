package dev.cairn.cli.shards;

import dev.cairn.cli.inspect.StateReader;
import dev.cairn.cli.shards.KeyWeights.Unit;
import dev.cairn.id.ShardId;
import dev.cairn.id.SubtaskId;
import dev.cairn.state.StateKey;
import dev.cairn.stream.ShardScan;
import dev.cairn.stream.StreamReader;
import dev.cairn.stream.StreamRecord;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;

/** Weighs the keys of a shard by a sample of bounded size. */
public final class KeySampler {
  /** The age of the oldest record in a sample. */
  public static final Duration RECENT = Duration.ofMinutes(5);

  /** The size of the runs up to which the keys of a state are weighed. */
  public static final long LARGEST_STATE_BYTES = 16_000_000;

  // The mapping shares the shard's five reads a second.
  private static final int PAGES = 3;

  private KeySampler() {}

  /**
   * Weighs keys by the first records that a shard got in the last minutes.
   *
   * @param limit how many records are read at most
   * @return empty if the shard got none
   */
  public static Optional<KeyWeights> ofRecords(
      StreamReader stream, InstantSource clock, ShardId shard, int limit) {
    ShardScan scan =
        new ShardScan(
            stream, clock, shard, new StreamReader.From.Time(clock.instant().minus(RECENT)), limit);
    AtomicInteger pages = new AtomicInteger(1);
    SortedMap<String, Long> byKey = new TreeMap<>();
    if (scan.next(() -> pages.incrementAndGet() <= PAGES)
        instanceof ShardScan.Step.Records(var records)) {
      for (StreamRecord record : records) {
        byKey.merge(record.partitionKey(), 1L, Long::sum);
      }
    }
    return weights(Unit.RECORDS, byKey);
  }

  /**
   * Weighs keys by the bytes of their state at the head of the journal. The whole state is read.
   *
   * @return empty if there is no state
   */
  public static Optional<KeyWeights> ofState(StateReader reader, SubtaskId subtask) {
    SortedMap<String, Long> byKey = new TreeMap<>();
    reader
        .head(subtask)
        .ifPresent(
            state ->
                state.forEachKey(
                    (key, cells) ->
                        byKey.put(
                            key, cells.entrySet().stream().mapToLong(KeySampler::bytes).sum())));
    return weights(Unit.STATE_BYTES, byKey);
  }

  private static long bytes(Map.Entry<StateKey, byte[]> cell) {
    return cell.getKey().bytes().length + cell.getValue().length;
  }

  private static Optional<KeyWeights> weights(Unit unit, SortedMap<String, Long> byKey) {
    return byKey.isEmpty() ? Optional.empty() : Optional.of(new KeyWeights(unit, byKey));
  }
}
