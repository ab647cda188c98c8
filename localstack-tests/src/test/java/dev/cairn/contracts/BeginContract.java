package dev.cairn.contracts;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cairn.checkpoint.Checkpoint;
import dev.cairn.checkpoint.Failure;
import dev.cairn.checkpoint.FailureReason;
import dev.cairn.format.FormatVersion;
import dev.cairn.id.Epoch;
import dev.cairn.job.Halt;
import dev.cairn.job.JobStatus;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** How a checkpoint begins, and which subtasks it expects. */
interface BeginContract extends CheckpointStoreScene {
  @Test
  default void listsCheckpointsFromAnIdOn() {
    create();
    for (int n = 1; n <= 3; n++) {
      checkpoints().begin(pending(n));
    }

    assertThat(checkpoints().checkpoints(jobId())).extracting(Checkpoint::id).hasSize(3);
    assertThat(checkpoints().checkpoints(jobId(), id(2)))
        .extracting(Checkpoint::id)
        .containsExactly(id(2), id(3));
    assertThat(checkpoints().checkpoints(jobId(), id(4))).isEmpty();
  }

  @Test
  default void beginsACheckpointAndRaisesTheNextId() {
    create();

    assertThat(checkpoints().begin(pending(1))).isTrue();
    assertThat(checkpoints().checkpoint(jobId(), id(1))).contains(pending(1));
    assertThat(checkpoints().checkpointUnlisted(jobId(), id(1)).map(Checkpoint::trigger))
        .contains(pending(1).trigger());
    assertThat(job().next()).isEqualTo(id(2));
    assertThat(job().latest()).isEmpty();
  }

  @Test
  default void beginsOnlyWithTheNextId() {
    create();

    refused(() -> checkpoints().begin(pending(2)));
    checkpoints().begin(pending(1));
    checkpoints().abort(aborted(1));
    refused(() -> checkpoints().begin(pending(1)));
  }

  @Test
  default void beginsOnlyInTheJobsEpoch() {
    create();

    refused(() -> checkpoints().begin(pending(trigger(1, new Epoch(2), NOW))));
  }

  @Test
  default void beginsNothingWithoutAJob() {
    assertThat(checkpoints().begin(pending(1))).isFalse();
    assertThat(checkpoints().checkpoint(jobId(), id(1))).isEmpty();
  }

  @Test
  default void beginsNothingWhileRestoringAndAgainWhileReplaying() {
    completed(1);
    restore(job(), id(1), Optional.empty(), NOW);
    Checkpoint.Pending second = pending(trigger(2, new Epoch(2), NOW));

    refused(() -> checkpoints().begin(second));
    replay(new Epoch(2));
    assertThat(checkpoints().begin(second)).isTrue();
  }

  @Test
  default void beginningTheVerySameCheckpointAgainSaysYes() {
    create();
    checkpoints().begin(pending(1));

    assertThat(checkpoints().begin(pending(1))).isTrue();
    assertThat(job().next()).isEqualTo(id(2));
    refused(() -> checkpoints().begin(pending(trigger(1, FIRST, NOW.plusMillis(1)))));
  }

  @Test
  default void ofRacingBeginsExactlyOneWins() throws Exception {
    create();

    List<Boolean> outcomes =
        Race.run(runner -> checkpoints().begin(pending(trigger(1, FIRST, NOW.plusMillis(runner)))));

    assertThat(outcomes).containsOnlyOnce(true);
    assertThat(checkpoints().checkpoint(jobId(), id(1)).orElseThrow().trigger().triggeredAt())
        .isEqualTo(NOW.plusMillis(outcomes.indexOf(true)));
    assertThat(job().next()).isEqualTo(id(2));
  }

  @Test
  default void listsCheckpointsById() {
    create();
    for (int i = 1; i <= 11; i++) {
      checkpoints().begin(pending(i));
      if (i == 2) {
        checkpoints().abort(aborted(2));
      } else if (i < 10) {
        checkpoints().complete(complete(i));
      }
    }
    checkpoints().subsume(complete(1), FIRST);

    assertThat(checkpoints().checkpoints(jobId()))
        .containsExactly(
            new Checkpoint.Subsumed(complete(1)),
            aborted(2),
            complete(3),
            complete(4),
            complete(5),
            complete(6),
            complete(7),
            complete(8),
            complete(9),
            pending(10),
            pending(11));
  }

  @Test
  default void aPendingCheckpointKnowsEachOfManySubtasks() {
    create();
    Checkpoint.Pending wide = wide(1, 2_345);
    assertThat(checkpoints().begin(wide)).isTrue();

    assertThat(checkpoints().checkpoint(jobId(), id(1))).contains(wide);
    assertThat(checkpoints().checkpoints(jobId())).containsExactly(wide);
    assertThat(checkpoints().begin(wide)).isTrue();
    checkpoints()
        .abort(
            new Checkpoint.Aborted(
                wide.trigger(), NOW, Failure.of(FailureReason.EXPIRED, "it took too long")));
    assertThat(checkpoints().checkpoint(jobId(), id(1)).orElseThrow().trigger().expected().count())
        .isEqualTo(2_345);
  }

  @Test
  default void checkpointsOfOtherSubtasksHaveOtherLists() {
    create();
    for (int i = 1; i <= 3; i++) {
      Checkpoint.Pending wide = wide(i, 1_000 * i);
      assertThat(checkpoints().begin(wide)).isTrue();
      assertThat(checkpoints().checkpoint(jobId(), id(i))).contains(wide);
    }
    assertThat(checkpoints().checkpoints(jobId()))
        .containsExactly(wide(1, 1_000), wide(2, 2_000), wide(3, 3_000));
  }

  @Test
  default void ofBeginsThatExpectOtherSubtasksTheWinnersAreExpected() throws Exception {
    create();

    List<Boolean> outcomes = Race.run(runner -> checkpoints().begin(wide(1, 1_001 + runner)));

    assertThat(outcomes).containsOnlyOnce(true);
    assertThat(checkpoints().checkpoint(jobId(), id(1)))
        .contains(wide(1, 1_001 + outcomes.indexOf(true)));
  }

  @Test
  default void takesCheckpointsOnlyWhileItRunsOrStops() {
    create();
    move(new JobStatus.Suspending(new Halt.Stopping(Optional.empty())));
    Checkpoint.Pending first = pending(trigger(1, new Epoch(2), NOW));
    refused(() -> checkpoints().begin(first));

    move(new JobStatus.Halted(new Halt.Stopping(Optional.empty())));
    assertThat(checkpoints().begin(first)).isTrue();

    move(new JobStatus.Halted(new Halt.Stopped(id(1))));
    refused(() -> checkpoints().begin(pending(trigger(2, new Epoch(2), NOW))));
  }

  @Test
  default void aFullCheckpointIsReadAsItWasTriggered() {
    create();
    Checkpoint.Triggering full =
        new Checkpoint.Triggering(
            jobId(),
            id(1),
            FIRST,
            NOW,
            trigger(1).expected(),
            Optional.empty(),
            true,
            Checkpoint.Triggering.SCHEDULE,
            FormatVersion.OLDEST,
            Optional.empty());

    assertThat(checkpoints().begin(pending(full))).isTrue();

    assertThat(checkpoints().checkpoint(jobId(), id(1)).orElseThrow().trigger()).isEqualTo(full);
  }
}
