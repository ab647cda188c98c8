package dev.cairn.cli.feed;

import dev.cairn.cli.input.InputRow;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;

/**
 * The records that were read from the input and are not known to be in the stream. Only the oldest
 * record of each key may be sent, because a later one would overtake it if it failed.
 */
final class UnconfirmedRecords {
  private final Map<String, Deque<Waiting>> byKey = new HashMap<>();
  private final NavigableMap<Long, Waiting> oldestOfEachKey = new TreeMap<>();
  private int size;
  private long sizeBytes;

  /**
   * A record that waits.
   *
   * @param number its place in the input, from 1
   */
  record Waiting(long number, InputRow row) {
    /** Returns the size as Kinesis counts it: data and key. */
    long sizeBytes() {
      return row.data().length + (long) row.key().getBytes(StandardCharsets.UTF_8).length;
    }
  }

  void add(Waiting record) {
    Deque<Waiting> queue = byKey.computeIfAbsent(record.row().key(), key -> new ArrayDeque<>());
    if (queue.isEmpty()) {
      oldestOfEachKey.put(record.number(), record);
    }
    queue.add(record);
    size++;
    sizeBytes += record.sizeBytes();
  }

  /**
   * Returns the oldest record of each key, the oldest of all first, up to the limits.
   *
   * @param mostBytes how large they are together at most
   * @param upTo the number of the last record that may be among them
   */
  List<Waiting> sendable(int mostRecords, long mostBytes, long upTo) {
    List<Waiting> batch = new ArrayList<>();
    long bytes = 0;
    for (Waiting record : oldestOfEachKey.headMap(upTo, true).values()) {
      bytes += record.sizeBytes();
      if (batch.size() == mostRecords || (bytes > mostBytes && !batch.isEmpty())) {
        break;
      }
      batch.add(record);
    }
    return batch;
  }

  /** Confirms that a record is in the stream, so that the next one of its key may follow. */
  void sent(Waiting record) {
    String key = record.row().key();
    Deque<Waiting> queue = byKey.getOrDefault(key, new ArrayDeque<>());
    if (queue.peek() != record) {
      throw new IllegalArgumentException(
          "record " + record.number() + " is not the oldest waiting record of its key");
    }
    queue.remove();
    oldestOfEachKey.remove(record.number());
    size--;
    sizeBytes -= record.sizeBytes();
    if (queue.isEmpty()) {
      byKey.remove(key);
    } else {
      Waiting next = queue.element();
      oldestOfEachKey.put(next.number(), next);
    }
  }

  boolean isEmpty() {
    return size == 0;
  }

  /** Returns the number of the oldest waiting record; there must be one. */
  long oldest() {
    return oldestOfEachKey.firstKey();
  }

  int size() {
    return size;
  }

  long sizeBytes() {
    return sizeBytes;
  }
}
