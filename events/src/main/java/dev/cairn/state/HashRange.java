package dev.cairn.state;

/** A shard's part of the hash space; both bounds belong to it. */
public record HashRange(KeyHash from, KeyHash to) {
  public static final HashRange ALL = new HashRange(new KeyHash(0, 0), new KeyHash(-1, -1));

  public HashRange {
    if (from.compareTo(to) > 0) {
      throw new IllegalArgumentException(
          "hash range ends at " + to + " before it starts at " + from);
    }
  }

  public boolean contains(KeyHash hash) {
    return from.compareTo(hash) <= 0 && hash.compareTo(to) <= 0;
  }

  @Override
  public String toString() {
    return from + ".." + to;
  }
}
