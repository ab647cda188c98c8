package dev.cairn.stream;

import dev.cairn.id.SequenceNumber;
import dev.cairn.id.ShardId;
import dev.cairn.state.StartPosition;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * Reads a stream independently of the event source mapping: to describe its shards, and to read
 * records again after a restore.
 *
 * <p>Any method may throw {@link StreamException} if Kinesis does not respond or throttles, and
 * {@link NotInStreamException} if the stream, the shard or the record does not exist.
 */
public interface StreamReader {

  /** Returns all shards that Kinesis lists, including closed ones. */
  List<Shard> shards();

  /**
   * The shards that were open at a place in the stream: every record from there on came to them, or
   * later to their descendants. Each key belongs to one of them.
   */
  List<Shard> shardsOpenAt(StartPosition place);

  /** Returns how long the stream keeps a record. */
  Duration retention();

  /**
   * Reads up to {@code limit} records.
   *
   * <p>A page covers one stretch of the shard's time. It may be empty or short although more
   * records follow; only {@link Page#isAtTip} shows where the shard ends, and {@link ShardScan}
   * finds it. If a sequence number is no longer kept, Kinesis may continue with the oldest record
   * instead: a caller that needs exactly that record must check that it was returned.
   *
   * @throws ExpiredIteratorException if {@code from} is the end of a page that was read more than
   *     five minutes ago
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
   * Records in order, and where the next ones are.
   *
   * @param next where to continue; empty at the end of a closed shard
   * @param behind how far the end of the page is behind the tip of the shard (Kinesis's
   *     MillisBehindLatest); zero if nothing more had arrived when the page was read
   */
  record Page(List<StreamRecord> records, Optional<From.Next> next, Duration behind) {
    public Page {
      records = List.copyOf(records);
      if (behind.isNegative()) {
        throw new IllegalArgumentException("a page is not ahead of the tip: " + behind);
      }
    }

    /** Whether no record follows at present. */
    public boolean isAtTip() {
      return next.isEmpty() || behind.isZero();
    }
  }
}
