package dev.cairn.cli.status;

import dev.cairn.coordinator.resharding.ShardTree.Node;
import dev.cairn.coordinator.resharding.ShardTree.State;
import java.util.List;
import java.util.Optional;

/** Finds streams with more shards than invocations of the task may run at the same time. */
public final class ConcurrencyFindings {
  private ConcurrencyFindings() {}

  /**
   * Returns at most one finding. A shard that waits for its parents needs no invocation of its own,
   * as its parents have one.
   *
   * @param reserved how many invocations may run at the same time; empty if that is not limited, or
   *     not known
   */
  public static List<Finding> of(PipelineFacts facts, Optional<Integer> reserved) {
    long shards =
        facts
            .shards()
            .map(
                tree ->
                    tree.shards().values().stream()
                        .filter(ConcurrencyFindings::isDelivered)
                        .count())
            .orElse(0L);
    // A wake needs one more.
    long needed = shards + 1;
    return reserved
        .filter(most -> most < needed)
        .map(
            most ->
                new Finding(
                    Finding.Kind.MORE_SHARDS_THAN_CONCURRENCY,
                    most
                        + " invocations of the task may run at the same time, its reserved"
                        + " concurrency, which is too few for "
                        + shards
                        + (shards == 1 ? " shard" : " shards")
                        + " and a wake: batches are throttled, and wait",
                    "reserve "
                        + needed
                        + " or more in the deployment: reservedConcurrency("
                        + needed
                        + ")"))
        .stream()
        .toList();
  }

  private static boolean isDelivered(Node shard) {
    return shard.state() != State.CLOSED && !shard.isGone() && !shard.isHeldBack();
  }
}
