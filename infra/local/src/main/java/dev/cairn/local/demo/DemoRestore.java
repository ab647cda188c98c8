package dev.cairn.local.demo;

import dev.cairn.checkpoint.Checkpoint;
import dev.cairn.checkpoint.SubtaskState;
import dev.cairn.cli.inspect.CheckpointFileList;
import dev.cairn.cli.output.Sizes;
import dev.cairn.id.CheckpointId;
import dev.cairn.id.Epoch;
import dev.cairn.id.ShardId;
import dev.cairn.job.Job;
import dev.cairn.job.JobStatus;
import dev.cairn.storage.DamagedFileException;
import dev.cairn.stream.Shard;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/**
 * Restores the running job to an earlier checkpoint, as a user does: by one attribute of the job's
 * item.
 */
final class DemoRestore {
  private final Pipeline pipeline;
  private final Screen screen;

  DemoRestore(Pipeline pipeline, Screen screen) {
    this.pipeline = pipeline;
    this.screen = screen;
  }

  /** A requested restore: its checkpoint, and the epoch that it begins. */
  record RequestedRestore(CheckpointId checkpoint, Epoch epoch) {}

  /**
   * Restores the newest checkpoint that is at least so many records back; empty while there is
   * none.
   */
  Optional<RequestedRestore> rewindAtLeast(long records) {
    Job job = job();
    Optional<Checkpoint.Completed> from = farEnough(records);
    if (!(job.status() instanceof JobStatus.Running) || from.isEmpty()) {
      return Optional.empty();
    }
    CheckpointId id = from.get().id();
    screen.say(
        "RESTORE: aws dynamodb update-item sets restoreCheckpointId = "
            + id
            + " on the job's item, at "
            + Sizes.count(pipeline.log().records())
            + " records");
    request(pipeline, id);
    return Optional.of(new RequestedRestore(id, job.epoch().next()));
  }

  private Job job() {
    return pipeline.job();
  }

  private Optional<Checkpoint.Completed> farEnough(long records) {
    CheckpointFileList files = new CheckpointFileList(pipeline.storage());
    List<Checkpoint.Completed> newestFirst =
        pipeline.checkpoints().checkpoints(pipeline.settings().job()).stream()
            .filter(Checkpoint.Completed.class::isInstance)
            .map(Checkpoint.Completed.class::cast)
            .sorted(Comparator.comparing(Checkpoint.Completed::id).reversed())
            .toList();
    for (Checkpoint.Completed checkpoint : newestFirst) {
      try {
        if (pipeline.log().records() - recordsIn(files, checkpoint) >= records) {
          return Optional.of(checkpoint);
        }
      } catch (DamagedFileException e) {
        // Subsumed since it was listed, and its files collected.
      }
    }
    return Optional.empty();
  }

  /**
   * Counts the records that made the state of a checkpoint. Records of shards that were closed
   * before are counted by no state in it, but by those shards.
   */
  private long recordsIn(CheckpointFileList files, Checkpoint.Completed checkpoint) {
    Set<ShardId> shards = new HashSet<>();
    long records = 0;
    for (SubtaskState state : files.states(checkpoint)) {
      shards.add(state.subtask().shard());
      records += state.counts().applied() + state.counts().deadLettered();
    }
    List<Shard> listed = pipeline.stream().listed();
    ShardGenerations generations = new ShardGenerations(listed);
    return records
        + listed.stream()
            .map(Shard::id)
            .filter(shard -> !shards.contains(shard) && generations.hasDescendant(shard, shards))
            .mapToLong(shard -> pipeline.log().total(pipeline.subtask(shard)))
            .sum();
  }

  /** Sends the request as any DynamoDB client could. */
  private static void request(Pipeline pipeline, CheckpointId checkpoint) {
    pipeline
        .database()
        .client()
        .updateItem(
            update ->
                update
                    .tableName(DemoSettings.TABLE)
                    .key(
                        Map.of(
                            "pk", AttributeValue.fromS("JOB#" + pipeline.settings().job()),
                            "sk", AttributeValue.fromS("JOB")))
                    .updateExpression("SET restoreCheckpointId = :checkpoint")
                    .expressionAttributeValues(
                        Map.of(":checkpoint", AttributeValue.fromS(checkpoint.toString()))));
  }
}
