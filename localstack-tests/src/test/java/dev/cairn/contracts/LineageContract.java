package dev.cairn.contracts;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cairn.checkpoint.Checkpoint;
import dev.cairn.format.FormatVersion;
import dev.cairn.id.CheckpointId;
import dev.cairn.job.JobStatus;
import dev.cairn.job.Restoration;
import dev.cairn.storage.FilePath;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Which checkpoint another one, and the job's state, continues. */
interface LineageContract extends CheckpointStoreScene {
  @Test
  default void aCheckpointKeepsItsParentUntilItIsOver() {
    create();
    Checkpoint.Triggering child = child(1, Optional.of(id(5)));

    assertThat(checkpoints().begin(pending(child))).isTrue();
    assertThat(checkpoints().checkpoint(jobId(), id(1)).orElseThrow().trigger()).isEqualTo(child);
    assertThat(checkpoints().complete(complete(child, NOW))).isTrue();
    assertThat(checkpoints().subsume(complete(child, NOW), FIRST)).isTrue();
    assertThat(checkpoints().checkpoint(jobId(), id(1)).orElseThrow().trigger()).isEqualTo(child);

    Checkpoint.Triggering second = child(2, Optional.of(id(1)));
    assertThat(checkpoints().begin(pending(second))).isTrue();
    assertThat(checkpoints().abort(aborted(second))).isTrue();
    assertThat(checkpoints().checkpoint(jobId(), id(2)).orElseThrow().trigger()).isEqualTo(second);
  }

  @Test
  default void theStateContinuesWhatWasCompletedOrRestoredLast() {
    create();
    assertThat(job().current()).isEmpty();

    completedIn(FormatVersion.TWO, 1);
    completedIn(FormatVersion.TWO, 2);
    assertThat(job().current()).contains(id(2));

    move(new JobStatus.Restoring(Restoration.of(id(1))));
    assertThat(job().current()).contains(id(1));
    assertThat(job().latest()).contains(id(2));
    move(new JobStatus.Replaying(Restoration.of(id(1))));
    assertThat(job().current()).contains(id(1));

    move(new JobStatus.Restoring(Restoration.ofNothing()));
    assertThat(job().current()).isEmpty();
  }

  @Test
  default void aSavepointIsNotWhatTheStateContinues() {
    create();
    completedIn(FormatVersion.TWO, 1);
    Checkpoint.Triggering trigger = child(2, Optional.of(id(1)));
    Checkpoint.Triggering savepoint =
        new Checkpoint.Triggering(
            jobId(),
            id(2),
            FIRST,
            NOW,
            trigger.expected(),
            Optional.of(
                new Checkpoint.Savepoint(Optional.empty(), FilePath.of("savepoints", "two"))),
            false,
            "savepoint",
            FormatVersion.TWO,
            trigger.parent());

    assertThat(checkpoints().begin(pending(savepoint))).isTrue();
    assertThat(checkpoints().complete(complete(savepoint, NOW))).isTrue();
    assertThat(job().current()).contains(id(1));
  }

  /** An earlier release does not maintain it, so it must not be there where one may take over. */
  @Test
  default void formatOneDoesNotSayWhatTheStateContinues() {
    createIn(FormatVersion.ONE);
    completedIn(FormatVersion.ONE, 1);
    move(new JobStatus.Restoring(Restoration.of(id(1))));

    assertThat(job().current()).isEmpty();
  }

  default void completedIn(FormatVersion format, long checkpoint) {
    Checkpoint.Triggering trigger =
        format == FormatVersion.OLDEST ? trigger(checkpoint) : child(checkpoint, job().current());
    assertThat(checkpoints().begin(pending(trigger))).isTrue();
    assertThat(checkpoints().complete(complete(trigger, NOW))).isTrue();
  }

  default Checkpoint.Triggering child(long checkpoint, Optional<CheckpointId> parent) {
    return new Checkpoint.Triggering(
        jobId(),
        id(checkpoint),
        FIRST,
        NOW,
        trigger(checkpoint).expected(),
        Optional.empty(),
        false,
        Checkpoint.Triggering.SCHEDULE,
        FormatVersion.TWO,
        parent);
  }
}
