package dev.cairn.inmemory.kinesis;

import dev.cairn.state.HashRange;
import dev.cairn.state.KeyHash;
import java.math.BigInteger;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;

/**
 * The conditions of Kinesis's UpdateShardCount, and the ranges that it leads to.
 *
 * @see <a href="https://docs.aws.amazon.com/kinesis/latest/APIReference/API_UpdateShardCount.html">
 *     UpdateShardCount</a>
 */
final class UniformScaling {
  private static final int MOST_REQUESTS = 10;
  private static final Duration PERIOD = Duration.ofHours(24);

  /**
   * A boundary that is this close to one that exists is the existing one. Halves of thirds and
   * sixths differ by their rounding.
   */
  private static final BigInteger ROUNDING = BigInteger.ONE.shiftLeft(64);

  private final Deque<Instant> requests = new ArrayDeque<>();

  /**
   * Records a request.
   *
   * @param open the number of open shards
   * @throws ShardLimitException if Kinesis would refuse it
   */
  void admit(int open, int target, Instant now) {
    if (target < 1) {
      throw new IllegalArgumentException("a stream has at least 1 shard, not " + target);
    }
    if (target > 2 * open) {
      throw new ShardLimitException(
          "UpdateShardCount cannot scale up over double your current open shard count: "
              + open
              + " to "
              + target);
    }
    if (2 * target < open) {
      throw new ShardLimitException(
          "UpdateShardCount cannot scale down below half your current open shard count: "
              + open
              + " to "
              + target);
    }
    while (!requests.isEmpty() && !requests.peekFirst().isAfter(now.minus(PERIOD))) {
      requests.removeFirst();
    }
    if (requests.size() >= MOST_REQUESTS) {
      throw new ShardLimitException(
          "UpdateShardCount cannot be called more than "
              + MOST_REQUESTS
              + " times in a rolling 24-hour period");
    }
    requests.addLast(now);
  }

  /** Returns the ranges of equal shards, which begin where existing ones do if possible. */
  static List<HashRange> ranges(List<HashRange> open, int target) {
    List<KeyHash> starts =
        HashRanges.even(target).stream().map(even -> closest(open, even.from())).toList();
    return HashRanges.between(starts);
  }

  private static KeyHash closest(List<HashRange> open, KeyHash start) {
    return open.stream()
        .map(HashRange::from)
        .filter(existing -> distance(existing, start).compareTo(ROUNDING) < 0)
        .min(Comparator.comparing(existing -> distance(existing, start)))
        .orElse(start);
  }

  private static BigInteger distance(KeyHash one, KeyHash other) {
    return HashRanges.number(one).subtract(HashRanges.number(other)).abs();
  }
}
