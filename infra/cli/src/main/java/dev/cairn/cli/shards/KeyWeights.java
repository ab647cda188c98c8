package dev.cairn.cli.shards;

import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The weights of a shard's keys, according to a sample.
 *
 * @param unit what was weighed
 * @param byKey by partition key; each weight is positive
 */
public record KeyWeights(Unit unit, SortedMap<String, Long> byKey) {

  /** The unit of a weight. */
  public enum Unit {
    /** Records that the shard got recently. */
    RECORDS,
    /** Bytes of the shard's state. */
    STATE_BYTES
  }

  /** A key's share of all weights. */
  public record Share(String key, double fraction) {
    /** Returns the share in percent, rounded. */
    public long percent() {
      return Math.round(100 * fraction);
    }
  }

  public KeyWeights {
    byKey = Collections.unmodifiableSortedMap(new TreeMap<>(byKey));
    if (byKey.isEmpty() || byKey.values().stream().anyMatch(weight -> weight <= 0)) {
      throw new IllegalArgumentException("a sample has at least one key, each with a weight");
    }
  }

  /** The sum of all weights. */
  public long total() {
    return byKey.values().stream().mapToLong(Long::longValue).sum();
  }

  /** Returns the heaviest keys, the heaviest first. */
  public List<Share> heaviest(int most) {
    double total = total();
    return byKey.entrySet().stream()
        .sorted(Map.Entry.<String, Long>comparingByValue(Comparator.reverseOrder()))
        .limit(most)
        .map(key -> new Share(key.getKey(), key.getValue() / total))
        .toList();
  }

  /** Returns the heaviest key. */
  public Share heaviest() {
    return heaviest(1).getFirst();
  }
}
