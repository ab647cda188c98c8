package dev.cairn.cli.inspect;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cairn.checkpoint.Checkpoint;
import dev.cairn.checkpoint.ExpectedSubtasks;
import dev.cairn.checkpoint.Failure;
import dev.cairn.checkpoint.FailureReason;
import dev.cairn.id.CheckpointId;
import dev.cairn.id.Epoch;
import dev.cairn.id.JobId;
import java.time.Instant;
import java.util.TreeSet;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Lines about checkpoints. */
class CheckpointTableTest {
  private static final Instant NOON = Instant.parse("2026-11-21T12:00:00Z");

  @ParameterizedTest
  @EnumSource(FailureReason.class)
  void anAbortedCheckpointSaysWhyAndWhatToDo(FailureReason reason) {
    Checkpoint.Triggering trigger =
        new Checkpoint.Triggering(
            new JobId("words"),
            new CheckpointId(7),
            new Epoch(1),
            NOON,
            ExpectedSubtasks.of(new TreeSet<>()));
    Checkpoint aborted =
        new Checkpoint.Aborted(
            trigger, NOON.plusSeconds(3), Failure.of(reason, "this and that happened"));

    String line = CheckpointTable.line(new CheckpointTable.Row(aborted, 0, 0, false), NOON);

    assertThat(line)
        .contains("ABORTED", reason + ": this and that happened")
        .endsWith(reason.countsAsFailure() ? "; " + reason.advice() : "this and that happened");
  }
}
