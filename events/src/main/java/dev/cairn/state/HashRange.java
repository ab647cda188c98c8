package dev.cairn.state;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

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

  /** Returns the intersection of two ranges; empty if they are disjoint. */
  public Optional<HashRange> intersection(HashRange other) {
    KeyHash first = from.compareTo(other.from) < 0 ? other.from : from;
    KeyHash last = to.compareTo(other.to) < 0 ? to : other.to;
    return first.compareTo(last) > 0 ? Optional.empty() : Optional.of(new HashRange(first, last));
  }

  /** Returns what is left of this range without another one: up to two ranges, in order. */
  public List<HashRange> without(HashRange other) {
    Optional<HashRange> both = intersection(other);
    if (both.isEmpty()) {
      return List.of(this);
    }
    List<HashRange> left = new ArrayList<>();
    if (from.compareTo(both.get().from) < 0) {
      left.add(new HashRange(from, both.get().from.previous().orElseThrow()));
    }
    if (both.get().to.compareTo(to) < 0) {
      left.add(new HashRange(both.get().to.next().orElseThrow(), to));
    }
    return List.copyOf(left);
  }

  /** Whether the other range begins right after the end of this range. */
  public boolean isRightBefore(HashRange next) {
    return to.next().equals(Optional.of(next.from));
  }

  @Override
  public String toString() {
    return from + ".." + to;
  }
}
