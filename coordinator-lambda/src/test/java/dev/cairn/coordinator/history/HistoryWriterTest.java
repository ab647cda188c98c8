package dev.cairn.coordinator.history;

import static dev.cairn.pipeline.Pipeline.JOB;
import static org.assertj.core.api.Assertions.assertThat;

import dev.cairn.checkpoint.Checkpoint;
import dev.cairn.checkpoint.CheckpointSettings;
import dev.cairn.checkpoint.ExpectedSubtasks;
import dev.cairn.checkpoint.Failure;
import dev.cairn.checkpoint.FailureReason;
import dev.cairn.coordinator.ports.CoordinatorPorts;
import dev.cairn.dynamodb.DynamoDbHistory;
import dev.cairn.history.DeployedVersions;
import dev.cairn.history.History;
import dev.cairn.history.HistoryLine;
import dev.cairn.id.CheckpointId;
import dev.cairn.id.SubtaskId;
import dev.cairn.inmemory.dynamodb.InMemoryDynamoDb;
import dev.cairn.job.Job;
import dev.cairn.job.Request;
import dev.cairn.pipeline.Pipeline;
import dev.cairn.task.pipeline.Tap;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class HistoryWriterTest {
  private static final SortedSet<SubtaskId> SUBTASKS = new TreeSet<>(List.of(Pipeline.subtask(0)));

  private final Pipeline pipeline = new Pipeline(1);
  private final History history =
      new DynamoDbHistory(
          new InMemoryDynamoDb(), Pipeline.TABLE, Pipeline.ONCE, CheckpointSettings.DEFAULTS);
  private final CoordinatorPorts ports =
      pipeline.ports(Tap.NONE).with(history, DeployedVersions.UNKNOWN);

  private Checkpoint.Pending begun(long id) {
    Checkpoint.Pending pending =
        new Checkpoint.Pending(
            new Checkpoint.Triggering(
                JOB,
                new CheckpointId(id),
                pipeline.job().epoch(),
                pipeline.now(),
                ExpectedSubtasks.of(SUBTASKS)),
            SUBTASKS);
    assertThat(pipeline.checkpoints().begin(pending)).isTrue();
    return pending;
  }

  private void abort(Checkpoint.Pending pending) {
    Failure expired = Failure.of(FailureReason.EXPIRED, "nobody answered");
    assertThat(
            pipeline
                .checkpoints()
                .abort(new Checkpoint.Aborted(pending.trigger(), pipeline.now(), expired)))
        .isTrue();
  }

  @Test
  void whatWasReadLongBeforeTheRecordMakesNothingUndone() {
    Job early = pipeline.job();
    Checkpoint.Pending first = begun(1);
    Checkpoint.Pending second = begun(2);
    abort(second);
    new HistoryWriter(ports).happened(pipeline.job());

    // A coordinator that was frozen since it read the job learns what others have recorded, and
    // goes on with its tick.
    HistoryWriter slow = new HistoryWriter(ports);
    slow.served(early, Request.command("checkpoint"));
    slow.tick(early, List.of(), Optional.empty());
    abort(first);
    slow.happened(pipeline.job());

    assertThat(history.lines(JOB, Instant.EPOCH, Optional.empty(), 100))
        .filteredOn(line -> line.kind() == HistoryLine.Kind.ABORTED)
        .extracting(HistoryLine::checkpoint)
        .containsExactlyInAnyOrder(
            Optional.of(new CheckpointId(1)), Optional.of(new CheckpointId(2)));
  }
}
