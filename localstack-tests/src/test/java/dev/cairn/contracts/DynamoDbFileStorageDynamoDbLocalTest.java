package dev.cairn.contracts;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cairn.checkpoint.Checkpoint;
import dev.cairn.checkpoint.FailureReason;
import dev.cairn.coordinator.Coordinator;
import dev.cairn.coordinator.ports.CoordinatorPorts;
import dev.cairn.dynamodb.CairnTable;
import dev.cairn.dynamodb.DynamoDbFileStorage;
import dev.cairn.id.CheckpointId;
import dev.cairn.journal.Entry;
import dev.cairn.pipeline.Pipeline;
import dev.cairn.retry.Backoff;
import dev.cairn.state.Payload;
import dev.cairn.storage.FilePath;
import dev.cairn.storage.FileStorage;
import dev.cairn.task.Task;
import dev.cairn.task.pipeline.Tap;
import dev.cairn.task.pipeline.Words;
import dev.cairn.task.ports.TaskPorts;
import java.time.Duration;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;

final class DynamoDbFileStorageDynamoDbLocalTest extends DynamoDbFileStorageContract {
  private static final String LARGE = "large-deltas";

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
    FileStorage small =
        new DynamoDbFileStorage(client(), LocalTable.NAME, backoff(), pipeline::now, 100);
    Task<String> task = new Task<>(Pipeline.settings(), with(small, pipeline), Words::new);
    Pipeline.run(task, 0, pipeline.put(0, "a", "b"));
    pipeline.pass(Pipeline.INTERVAL);
    Coordinator coordinator = pipeline.coordinator();

    Pipeline.tick(coordinator);
    pipeline.deliverWakes(task);
    Pipeline.tick(coordinator);

    Checkpoint checkpoint =
        pipeline.checkpoints().checkpoint(Pipeline.JOB, new CheckpointId(1)).orElseThrow();
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

  @Test
  void aBatchWhoseChangesNoItemCanHoldIsAppliedAndItsCheckpointSaysWhyItFails() {
    CairnTable.create(client(), LARGE);
    Pipeline pipeline = new Pipeline(1);
    FileStorage inline = new DynamoDbFileStorage(client(), LARGE, backoff(), pipeline::now);
    Task<String> task = new Task<>(Pipeline.settings(), with(inline, pipeline), Words::new);

    Pipeline.run(task, 0, pipeline.put(0, "a", "size:900000", "b"));

    Payload delta = ((Entry.Advanced) pipeline.journal(0).getLast()).delta();
    assertThat(delta).isInstanceOf(Payload.Stored.class);
    assertThat(((Payload.Stored) delta).file().sizeBytes())
        .isGreaterThan(DynamoDbFileStorage.LARGEST_FILE_BYTES);

    // A cold container reads it, and goes on.
    Task<String> cold = new Task<>(Pipeline.settings(), with(inline, pipeline), Words::new);
    Pipeline.run(cold, 0, pipeline.put(0, "c"));
    pipeline.pass(Pipeline.INTERVAL);
    Coordinator coordinator = coordinator(inline, pipeline);
    Pipeline.tick(coordinator);
    cold.wake(Pipeline.shard(0), Pipeline.AMPLE);
    Pipeline.tick(coordinator);
    Checkpoint checkpoint =
        pipeline.checkpoints().checkpoint(Pipeline.JOB, new CheckpointId(1)).orElseThrow();
    assertThat(((Checkpoint.Aborted) checkpoint).failure().reason())
        .isEqualTo(FailureReason.TOO_LARGE);
    assertThat(((Checkpoint.Aborted) checkpoint).failure().message())
        .containsPattern("it has [0-9]{6,} bytes, and inside DynamoDB a file has at most 405504;");

    // The state gets small again: the next checkpoint completes, and the delta's items go.
    Pipeline.run(cold, 0, pipeline.put(0, "size:10"));
    pipeline.pass(Pipeline.INTERVAL);
    Pipeline.tick(coordinator);
    cold.wake(Pipeline.shard(0), Pipeline.AMPLE);
    Pipeline.tick(coordinator);
    assertThat(pipeline.checkpoints().checkpoint(Pipeline.JOB, new CheckpointId(2)))
        .containsInstanceOf(Checkpoint.Completed.class);
    pipeline.pass(Duration.ofDays(3));
    Pipeline.run(cold, 0, pipeline.put(0, "d"));
    Pipeline.tick(coordinator);
    cold.wake(Pipeline.shard(0), Pipeline.AMPLE);
    Pipeline.tick(coordinator);
    assertThat(pipeline.checkpoints().checkpoint(Pipeline.JOB, new CheckpointId(3)))
        .containsInstanceOf(Checkpoint.Completed.class);
    assertThat(inline.list(FilePath.of(Pipeline.JOB.value(), "taskowned"))).isEmpty();
    assertThat(
            client().scanPaginator(scan -> scan.tableName(LARGE)).items().stream()
                .filter(item -> Objects.requireNonNull(item.get("sk")).s().contains("#")))
        .as("parts")
        .isEmpty();
  }

  private static Coordinator coordinator(FileStorage storage, Pipeline pipeline) {
    TaskPorts ports = with(storage, pipeline);
    return new Coordinator(
        new CoordinatorPorts(
            ports.journal(),
            ports.checkpoints(),
            storage,
            ports.stream(),
            (subtask, purpose) -> {},
            ports.clock(),
            ports.ids()),
        Pipeline.PROMPT);
  }

  private static TaskPorts with(FileStorage storage, Pipeline pipeline) {
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
