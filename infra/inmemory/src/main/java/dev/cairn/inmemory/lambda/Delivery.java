package dev.cairn.inmemory.lambda;

import dev.cairn.id.ShardId;

/** Decides how each batch is delivered, within AWS's guarantee of at least once. */
@FunctionalInterface
public interface Delivery {
  /** Delivers each batch once, as large as possible. */
  Delivery ORDERLY = (shard, attempt, batchSize) -> new Plan(batchSize, Manner.ONCE);

  /**
   * Called by the shard's own task before each delivery.
   *
   * @param attempt 1 after a success, 2 and more when the shard's last delivery failed, in whole or
   *     in part
   * @param batchSize the most records that the mapping puts into a batch
   */
  Plan next(ShardId shard, int attempt, int batchSize);

  /** Whether delivery of a shard begins only when all of its parents are delivered to their end. */
  default boolean waitsForParents(ShardId shard) {
    return true;
  }

  /**
   * One delivery.
   *
   * @param batchSize how many records to cut the batch to, at most
   */
  record Plan(int batchSize, Manner manner) {
    public Plan {
      if (batchSize < 1) {
        throw new IllegalArgumentException("a batch has at least 1 record, not " + batchSize);
      }
    }
  }

  /** How often a batch is delivered, and what is delivered in parallel. */
  enum Manner {
    ONCE,
    /** Two invocations in parallel; the response of one of them, chosen at random, counts. */
    TWICE_AT_ONCE,
    /** Once, and after a success another time, while the mapping continues. */
    AGAIN_AFTER_SUCCESS,
    /** Once, and in parallel a batch that was delivered before. */
    BESIDE_AN_OLDER_BATCH
  }
}
