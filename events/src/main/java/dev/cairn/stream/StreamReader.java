package dev.cairn.stream;

import dev.cairn.id.SequenceNumber;
import dev.cairn.id.ShardId;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * Reads a stream apart from the event source mapping: to describe its shards, and to read records
 * again after a restore.
 *
 * <p>Any method may throw {@link StreamException} when Kinesis does not answer or throttles.
 */
public interface StreamReader {

  /** All shards that Kinesis lists, closed ones among them. */
  List<Shard> shards();

  /** How long the stream keeps a record. */
  Duration retention();

  /**
   * Reads up to {@code limit} records.
   *
   * <p>A page may be empty although more records follow. Where a sequence number is no longer kept,
   * Kinesis may answer with the oldest record instead: a caller that needs that very record looks
   * whether it came.
   */
  Page read(ShardId shard, From from, int limit);

  /** Where to read. */
  sealed interface From {
    /** At the oldest record kept. */
    record Horizon() implements From {}

    /** At the first record that arrived at or after this time. */
    record Time(Instant time) implements From {}

    /** At this very record. */
    record At(SequenceNumber record) implements From {}

    /** Where an earlier page ended. */
    record Next(String token) implements From {}
  }

  /**
   * Records in order, and where the next ones are; {@code next} is empty at the end of a closed
   * shard.
   */
  record Page(List<StreamRecord> records, Optional<From.Next> next) {
    public Page {
      records = List.copyOf(records);
    }
  }
}
