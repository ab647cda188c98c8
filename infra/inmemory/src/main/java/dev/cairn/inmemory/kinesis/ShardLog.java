package dev.cairn.inmemory.kinesis;

import dev.cairn.state.KeyHash;
import dev.cairn.stream.Shard;
import dev.cairn.stream.StreamRecord;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** One shard's records in order; the stream's lock guards it. */
final class ShardLog {
  private final Shard shard;
  private final Instant created;
  private final ArrayList<Stored> kept = new ArrayList<>();
  private Optional<Instant> closed = Optional.empty();
  private long last = -1;

  /**
   * A record with its number as a long: hundreds of thousands are kept, and their full numbers are
   * 56 digits each.
   */
  record Stored(long number, String partitionKey, byte[] data, long arrivalMillis) {
    StreamRecord toRecord() {
      return new StreamRecord(
          partitionKey, SequenceNumbers.full(number), data, Instant.ofEpochMilli(arrivalMillis));
    }
  }

  ShardLog(Shard shard, Instant created) {
    this.shard = shard;
    this.created = created;
  }

  Instant created() {
    return created;
  }

  Shard shard() {
    return shard;
  }

  boolean isClosed() {
    return closed.isPresent();
  }

  void close(Instant at) {
    closed = Optional.of(at);
  }

  boolean wasClosedBefore(Instant time) {
    return closed.filter(time::isAfter).isPresent();
  }

  boolean accepts(KeyHash hash) {
    return closed.isEmpty() && shard.range().contains(hash);
  }

  void append(Stored record) {
    kept.add(record);
    last = record.number;
  }

  int size() {
    return kept.size();
  }

  long numberAt(int index) {
    return kept.get(index).number;
  }

  long arrivalAt(int index) {
    return kept.get(index).arrivalMillis;
  }

  /** When the oldest record arrived that is kept; {@code otherwise} if there is none. */
  long oldestArrival(long otherwise) {
    return kept.isEmpty() ? otherwise : kept.getFirst().arrivalMillis;
  }

  long numberAfterLast() {
    return last + 1;
  }

  /**
   * The index of the first record kept with this number or a later one; the size if there is none.
   */
  int indexAtOrAfter(long number) {
    int low = 0;
    int high = kept.size();
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (kept.get(middle).number < number) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }

  /** Searched one by one: a clock that jumps leaves arrivals out of order. */
  int indexOfArrival(long atOrAfterMillis) {
    int index = 0;
    while (index < kept.size() && kept.get(index).arrivalMillis < atOrAfterMillis) {
      index++;
    }
    return index;
  }

  /**
   * Where a page from {@code start} ends: at the limit of records or of bytes, but not before its
   * first record; and before the first record that arrived later than a time.
   */
  int endOfPage(int start, int limit, int limitBytes, long latestMillis) {
    int end = start;
    long bytes = 0;
    while (end < kept.size()
        && end - start < limit
        && kept.get(end).arrivalMillis <= latestMillis) {
      bytes += kept.get(end).data.length;
      if (bytes > limitBytes && end > start) {
        break;
      }
      end++;
    }
    return end;
  }

  List<StreamRecord> records(int start, int end) {
    return kept.subList(start, end).stream().map(Stored::toRecord).toList();
  }

  void forget(int count) {
    kept.subList(0, count).clear();
  }
}
