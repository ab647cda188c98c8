package dev.cairn.local.cost;

import dev.cairn.cli.input.InputException;
import java.time.Duration;

/**
 * The load on a pipeline.
 *
 * @param recordsPerSecond of each shard, steadily
 * @param batchWindow how long the mapping gathers records before it invokes
 * @param interval from one checkpoint to the next
 * @param recordBytes a record's data
 * @param changedBytes what each record changes: the new value of its key, which does not compress
 * @param keys over all shards
 * @param memoryMb of the task's function
 * @param stretch how long the pipeline runs while it is counted
 */
record Workload(
    int recordsPerSecond,
    int shards,
    Duration batchWindow,
    Duration interval,
    int recordBytes,
    int changedBytes,
    int keys,
    int memoryMb,
    Duration stretch) {
  private static final int LARGEST_BATCH = 10_000;
  private static final int LARGEST_PAYLOAD_BYTES = 6_000_000;
  private static final double ENVELOPE_BYTES = 500;

  Workload {
    require(
        recordsPerSecond >= 1 && recordsPerSecond <= 1000,
        "a shard takes 1 to 1,000 records/s (--rate)");
    require(shards >= 1 && shards <= 64, "1 to 64 shards can be run here (--shards)");
    require(
        batchWindow.toMillis() >= 100 && batchWindow.toSeconds() <= 300,
        "a batch is gathered for 100 ms to 300 s (--window)");
    require(interval.toSeconds() >= 1, "checkpoints are at least 1 s apart (--interval)");
    require(
        recordBytes >= Long.BYTES && recordBytes <= 1_000_000,
        "a record has 8 to 1,000,000 bytes (--record-bytes)");
    require(
        changedBytes >= 1 && changedBytes <= 300_000,
        "a record changes 1 to 300,000 bytes (--changed-bytes)");
    require(keys >= shards, "there is at least one key for each shard (--keys)");
    require(memoryMb >= 128 && memoryMb <= 10_240, "a function has 128 to 10,240 MB (--memory)");
    require(
        stretch.compareTo(interval.multipliedBy(2)) >= 0
            && stretch.compareTo(batchWindow.multipliedBy(2)) >= 0,
        "what is counted lasts at least two checkpoints and two batches (--stretch)");
    double payload = Math.min(batch(recordsPerSecond, batchWindow), LARGEST_BATCH);
    require(
        payload <= LARGEST_BATCH
            && payload * (recordBytes * 4 / 3.0 + ENVELOPE_BYTES) <= LARGEST_PAYLOAD_BYTES,
        "a batch of this window exceeds the 6 MB that Lambda takes at once: shorten --window");
  }

  private static void require(boolean holds, String what) {
    if (!holds) {
      throw new InputException(what);
    }
  }

  /** How many records a batch has. */
  int batch() {
    return (int) Math.max(1, batch(recordsPerSecond, batchWindow));
  }

  private static double batch(int recordsPerSecond, Duration batchWindow) {
    return recordsPerSecond * batchWindow.toMillis() / 1000.0;
  }

  /** How long a batch takes to fill: the window, or longer where records are rare. */
  Duration betweenBatches() {
    return Duration.ofNanos((long) (batch() * 1e9 / recordsPerSecond));
  }
}
