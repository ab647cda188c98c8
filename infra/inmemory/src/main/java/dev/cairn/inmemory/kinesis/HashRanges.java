package dev.cairn.inmemory.kinesis;

import dev.cairn.state.HashRange;
import dev.cairn.state.KeyHash;
import java.math.BigInteger;
import java.util.List;
import java.util.stream.IntStream;

/** How Kinesis divides the hash space. */
final class HashRanges {
  private static final BigInteger ALL = BigInteger.ONE.shiftLeft(128);

  private HashRanges() {}

  /** Equal parts, rounded down; the last one takes the remainder. */
  static List<HashRange> even(int count) {
    if (count < 1) {
      throw new IllegalArgumentException("a stream has at least 1 shard, not " + count);
    }
    BigInteger width = ALL.divide(BigInteger.valueOf(count));
    return IntStream.range(0, count)
        .mapToObj(
            i -> {
              BigInteger from = width.multiply(BigInteger.valueOf(i));
              return range(from, i == count - 1 ? ALL : from.add(width));
            })
        .toList();
  }

  static List<HashRange> halves(HashRange whole) {
    BigInteger from = number(whole.from());
    BigInteger end = number(whole.to()).add(BigInteger.ONE);
    BigInteger middle = from.add(end).shiftRight(1);
    if (middle.equals(from)) {
      throw new IllegalArgumentException(
          "hash range " + whole + " is a single hash and cannot be split");
    }
    return List.of(range(from, middle), range(middle, end));
  }

  /** Divides a range in front of a hash in it, which begins the second part. */
  static List<HashRange> parts(HashRange whole, KeyHash second) {
    BigInteger middle = number(second);
    return List.of(range(number(whole.from()), middle), new HashRange(second, whole.to()));
  }

  /** The ranges that begin at these hashes, in order; the last one ends with the hash space. */
  static List<HashRange> between(List<KeyHash> starts) {
    return IntStream.range(0, starts.size())
        .mapToObj(
            i ->
                range(
                    number(starts.get(i)),
                    i == starts.size() - 1 ? ALL : number(starts.get(i + 1))))
        .toList();
  }

  /** The range that two adjacent ones make up, in either order. */
  static HashRange union(HashRange one, HashRange other) {
    if (one.isRightBefore(other)) {
      return new HashRange(one.from(), other.to());
    }
    if (other.isRightBefore(one)) {
      return new HashRange(other.from(), one.to());
    }
    throw new IllegalArgumentException(
        "hash ranges " + one + " and " + other + " are not adjacent, so their shards cannot merge");
  }

  private static HashRange range(BigInteger from, BigInteger end) {
    return new HashRange(hash(from), hash(end.subtract(BigInteger.ONE)));
  }

  private static KeyHash hash(BigInteger number) {
    return KeyHash.ofDecimal(number.toString());
  }

  static BigInteger number(KeyHash hash) {
    return new BigInteger(hash.toDecimal());
  }
}
