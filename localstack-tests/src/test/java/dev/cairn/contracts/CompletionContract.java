package dev.cairn.contracts;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cairn.checkpoint.Acknowledgement;
import dev.cairn.checkpoint.Checkpoint;
import dev.cairn.checkpoint.Failure;
import dev.cairn.checkpoint.FailureReason;
import dev.cairn.id.SavepointName;
import dev.cairn.storage.FilePath;
import dev.cairn.storage.Sha256;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** How a checkpoint is completed or aborted. */
interface CompletionContract extends CheckpointStoreScene {
  @Test
  default void completesACheckpointAndMakesItTheLatest() {
    create();
    checkpoints().begin(pending(1));

    assertThat(checkpoints().complete(complete(1))).isTrue();
    assertThat(checkpoints().checkpoint(jobId(), id(1))).contains(complete(1));
    assertThat(job().latest()).contains(id(1));
  }

  @Test
  default void completesOnlyWhatIsPending() {
    create();

    refused(() -> checkpoints().complete(complete(1)));
    checkpoints().begin(pending(1));
    checkpoints().abort(aborted(1));
    refused(() -> checkpoints().complete(complete(1)));
  }

  @Test
  default void completesOnlyInTheEpochOfItsTrigger() {
    completed(1);
    checkpoints().begin(pending(2));
    restore(job(), id(1), Optional.empty(), NOW);

    refused(() -> checkpoints().complete(complete(2)));
  }

  @Test
  default void theLatestNeverGoesBack() {
    create();
    checkpoints().begin(pending(1));
    checkpoints().begin(pending(2));
    assertThat(checkpoints().complete(complete(2))).isTrue();

    refused(() -> checkpoints().complete(complete(1)));
    assertThat(job().latest()).contains(id(2));
  }

  @Test
  default void completingTheVerySameAgainSaysYes() {
    completed(1);

    assertThat(checkpoints().complete(complete(1))).isTrue();
    refused(() -> checkpoints().complete(complete(1, NOW.plusSeconds(99))));
  }

  @Test
  default void ofRacingCompletionsExactlyOneWins() throws Exception {
    create();
    checkpoints().begin(pending(1));

    List<Boolean> outcomes =
        Race.run(runner -> checkpoints().complete(complete(1, NOW.plusMillis(runner))));

    assertThat(outcomes).containsOnlyOnce(true);
    assertThat(checkpoints().checkpoint(jobId(), id(1)))
        .contains(complete(1, NOW.plusMillis(outcomes.indexOf(true))));
  }

  @Test
  default void ofACompletionAndAnAbortOneWins() throws Exception {
    create();
    checkpoints().begin(pending(1));

    List<Boolean> outcomes =
        Race.run(
            runner ->
                runner % 2 == 0
                    ? checkpoints().complete(complete(1, NOW.plusMillis(runner)))
                    : checkpoints()
                        .abort(
                            new Checkpoint.Aborted(
                                trigger(1),
                                NOW.plusMillis(runner),
                                Failure.of(FailureReason.EXPIRED, "late"))));

    assertThat(outcomes).containsOnlyOnce(true);
    assertThat(job().latest().isPresent()).isEqualTo(outcomes.indexOf(true) % 2 == 0);
  }

  @Test
  default void abortsWhatIsPendingAndNothingElse() {
    create();

    refused(() -> checkpoints().abort(aborted(1)));
    checkpoints().begin(pending(1));
    assertThat(checkpoints().abort(aborted(1))).isTrue();
    assertThat(checkpoints().checkpoint(jobId(), id(1))).contains(aborted(1));
    assertThat(checkpoints().checkpointUnlisted(jobId(), id(1))).contains(aborted(1));
    assertThat(checkpoints().abort(aborted(1))).isTrue();
    refused(
        () ->
            checkpoints()
                .abort(
                    new Checkpoint.Aborted(
                        trigger(1),
                        NOW.plusSeconds(9),
                        Failure.of(FailureReason.EXPIRED, "another reason"))));
    checkpoints().begin(pending(2));
    checkpoints().complete(complete(2));
    refused(() -> checkpoints().abort(aborted(2)));
  }

  @Test
  default void keepsWhichStateACheckpointHolds() {
    create();
    completedNext(1);
    checkpoints().begin(pending(2));
    Checkpoint.Completed plain = complete(2);
    Checkpoint.Completed completed =
        new Checkpoint.Completed(
            plain.trigger(),
            plain.completedAt(),
            plain.metadata(),
            plain.fullSizeBytes(),
            plain.incrementalSizeBytes(),
            plain.ackTimes(),
            Optional.of(Sha256.of(new byte[] {7})));

    assertThat(checkpoints().complete(completed)).isTrue();

    assertThat(checkpoints().checkpoint(jobId(), id(2))).contains(completed);
    Acknowledgement.Acknowledged acknowledged =
        new Acknowledgement.Acknowledged(subtask("shardId-1"), id(2), Optional.empty(), 3, 2)
            .with(Sha256.of(new byte[] {8}));
    assertThat(checkpoints().acknowledge(acknowledged)).isTrue();
    assertThat(checkpoints().acknowledgements(jobId(), id(2))).containsExactly(acknowledged);
  }

  @Test
  default void aSavepointLeavesTheLatestAlone() {
    completed(1);
    Checkpoint.Triggering savepoint =
        new Checkpoint.Triggering(
            jobId(),
            id(2),
            FIRST,
            NOW,
            trigger(2).expected(),
            Optional.of(
                new Checkpoint.Savepoint(
                    Optional.of(new SavepointName("before-upgrade")),
                    FilePath.of("savepoints", "savepoint-2"))),
            "savepoint before-upgrade");

    assertThat(checkpoints().begin(pending(savepoint))).isTrue();
    assertThat(checkpoints().complete(complete(savepoint, NOW))).isTrue();
    assertThat(checkpoints().checkpoint(jobId(), id(2))).contains(complete(savepoint, NOW));
    assertThat(job().latest()).contains(id(1));
  }
}
