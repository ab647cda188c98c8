package dev.cairn.cli.rescale;

import dev.cairn.job.Deployment;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Warnings about a deployment that does not fit a number of shards. */
public final class RescaleWarnings {
  private RescaleWarnings() {}

  public static List<String> of(Deployment deployment, int target) {
    return Stream.of(stack(deployment, target), concurrency(deployment, target))
        .flatMap(Optional::stream)
        .toList();
  }

  /** CloudFormation compares a template with the one before, not with the stream. */
  private static Optional<String> stack(Deployment deployment, int target) {
    return deployment
        .streamShards()
        .filter(shards -> shards != target)
        .map(
            shards ->
                "the stack creates stream "
                    + deployment.stream()
                    + " with "
                    + shards
                    + (shards == 1 ? " shard" : " shards")
                    + ": set "
                    + target
                    + " there too, such as SourceStream.ofShards("
                    + target
                    + "). Otherwise the stack has drifted, and a deployment that changes the stream"
                    + " can bring it back to "
                    + shards);
  }

  /** A wake needs one more than there are shards. */
  private static Optional<String> concurrency(Deployment deployment, int target) {
    return deployment
        .reservedConcurrency()
        .filter(reserved -> reserved <= target)
        .map(
            reserved ->
                "the task's reserved concurrency is "
                    + reserved
                    + ", which is too few for "
                    + target
                    + (target == 1 ? " shard" : " shards")
                    + " and a wake: batches would be throttled. Reserve "
                    + (target + 1)
                    + " or more in the deployment: reservedConcurrency("
                    + (target + 1)
                    + ")");
  }
}
