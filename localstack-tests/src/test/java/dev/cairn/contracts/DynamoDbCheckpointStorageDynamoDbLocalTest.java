package dev.cairn.contracts;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cairn.checkpoint.Checkpoint;
import dev.cairn.checkpoint.FailureReason;
import dev.cairn.coordinator.Coordinator;
import dev.cairn.dynamodb.DynamoDbCheckpointStorage;
import dev.cairn.id.CheckpointId;
import dev.cairn.pipeline.Pipeline;
import dev.cairn.pipeline.Tap;
import dev.cairn.pipeline.Words;
import dev.cairn.retry.Backoff;
import dev.cairn.storage.CheckpointStorage;
import dev.cairn.task.Task;
import dev.cairn.task.TaskPorts;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;

final class DynamoDbCheckpointStorageDynamoDbLocalTest extends DynamoDbCheckpointStorageContract {
  @Override
  DynamoDbClient client() {
    return LocalTable.DYNAMODB.client();
  }

  @Override
  Backoff backoff() {
    return LocalTable.WITHOUT_PAUSE;
  }

  @Test
  void stateAboveTheMaximumFailsTheCheckpointWithItsSizeAndTheLimitAndTheJobGoesOn() {
    Pipeline pipeline = new Pipeline(1);
    CheckpointStorage small =
        new DynamoDbCheckpointStorage(client(), LocalTable.NAME, backoff(), pipeline::now, 100);
    Task<String> task = new Task<>(Pipeline.settings(), with(small, pipeline), Words::new);
    Pipeline.run(task, 0, pipeline.put(0, "a", "b"));
    pipeline.pass(Pipeline.INTERVAL);
    Coordinator coordinator = pipeline.coordinator();

    Pipeline.tick(coordinator);
    pipeline.deliverWakes(task);
    Pipeline.tick(coordinator);

    Checkpoint checkpoint =
        pipeline.table().checkpoint(Pipeline.JOB, new CheckpointId(1)).orElseThrow();
    assertThat(((Checkpoint.Aborted) checkpoint).failure().reason())
        .isEqualTo(FailureReason.TOO_LARGE);
    assertThat(((Checkpoint.Aborted) checkpoint).failure().message())
        .startsWith(
            "count/shardId-000000000000 declined: its state could not be stored: cannot put")
        .containsPattern("it has [0-9]{3,} bytes, and inside DynamoDB a file has at most 100;")
        .contains("set execution.checkpointing.dir");
    Pipeline.run(task, 0, pipeline.put(0, "c"));
    assertThat(pipeline.state(0)).isEqualTo(Pipeline.fold(pipeline.all(0)));
  }

  private static TaskPorts with(CheckpointStorage storage, Pipeline pipeline) {
    TaskPorts ports = pipeline.taskPorts(Tap.NONE);
    return new TaskPorts(
        ports.journal(),
        ports.checkpoints(),
        storage,
        ports.stream(),
        ports.checksum(),
        ports.clock(),
        ports.ids());
  }
}
