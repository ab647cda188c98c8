package dev.cairn.state;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.SplittableRandom;
import java.util.TreeMap;

/**
 * Changes drawn from a seed, and their comparison: a change's value is an array, which records
 * compare by identity.
 */
final class RandomChanges {
  private final SplittableRandom random;

  RandomChanges(long seed) {
    this.random = new SplittableRandom(seed);
  }

  /** Up to {@code most} changes over up to {@code keys} partition keys, so that draws overlap. */
  NavigableMap<StateKey, Change> sorted(int most, int keys) {
    NavigableMap<StateKey, Change> changes = new TreeMap<>();
    int size = random.nextInt(most + 1);
    for (int i = 0; i < size; i++) {
      Change change = change(keys);
      changes.put(change.key(), change);
    }
    return changes;
  }

  private Change change(int keys) {
    StateKey key = key(random.nextInt(keys), random.nextInt(3), random.nextInt(4));
    return random.nextInt(5) == 0 ? new Change.Removed(key) : new Change.Put(key, value());
  }

  private byte[] value() {
    byte[] value = new byte[random.nextInt(20) == 0 ? random.nextInt(20_000) : random.nextInt(40)];
    if (random.nextBoolean()) {
      random.nextBytes(value);
    }
    return value;
  }

  static StateKey key(int partitionKey, int state, int place) {
    String name = "key-" + partitionKey;
    return StateKey.of(
        KeyHash.of(name),
        name,
        "state" + state,
        "x".repeat(place).getBytes(StandardCharsets.UTF_8));
  }

  static Change.Put put(int partitionKey, String value) {
    return new Change.Put(key(partitionKey, 0, 0), value.getBytes(StandardCharsets.UTF_8));
  }

  static List<Change> small() {
    NavigableMap<StateKey, Change> changes = new TreeMap<>();
    for (int i = 0; i < 6; i++) {
      Change change =
          i == 3
              ? new Change.Removed(key(i, 1, i))
              : new Change.Put(key(i, 1, i), new byte[] {(byte) i, 7});
      changes.put(change.key(), change);
    }
    return List.copyOf(changes.values());
  }

  /** As lines, so that differences can be read. */
  static List<String> lines(Iterable<? extends Change> changes) {
    List<String> lines = new ArrayList<>();
    changes.forEach(change -> lines.add(line(change)));
    return lines;
  }

  static String line(Change change) {
    return switch (change) {
      case Change.Put put -> hex(put.key().bytes()) + "=" + hex(put.value());
      case Change.Removed removed -> hex(removed.key().bytes()) + " removed";
    };
  }

  private static String hex(byte[] bytes) {
    return java.util.HexFormat.of().formatHex(bytes);
  }
}
