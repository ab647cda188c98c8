package dev.cairn.contracts;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cairn.checkpoint.Checkpoint;
import dev.cairn.id.Epoch;
import dev.cairn.job.Halt;
import dev.cairn.job.Job;
import dev.cairn.job.JobStatus;
import dev.cairn.job.Request;
import dev.cairn.job.Restoration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Which completed checkpoints may be subsumed, and which a pin or an undo keeps. */
interface SubsumptionContract extends CheckpointStoreScene {
  @Test
  default void subsumesWhatIsCompleted() {
    completed(1);

    assertThat(checkpoints().subsume(complete(1), FIRST)).isTrue();
    assertThat(checkpoints().checkpoint(jobId(), id(1)))
        .contains(new Checkpoint.Subsumed(complete(1)));
    refused(() -> checkpoints().subsume(complete(1), FIRST));
  }

  @Test
  default void subsumesNothingThatIsNotCompleted() {
    create();
    refused(() -> checkpoints().subsume(complete(1), FIRST));
    checkpoints().begin(pending(1));
    refused(() -> checkpoints().subsume(complete(1), FIRST));
    checkpoints().abort(aborted(1));
    refused(() -> checkpoints().subsume(complete(1), FIRST));
  }

  @Test
  default void subsumesOnlyInTheJobsEpoch() {
    completed(1);

    refused(() -> checkpoints().subsume(complete(1), new Epoch(2)));
  }

  @Test
  default void subsumesNothingThatIsBeingRestored() {
    completed(1);
    completedNext(2);
    completedNext(3);
    restore(job(), id(1), Optional.empty(), NOW);
    Epoch second = new Epoch(2);

    refused(() -> checkpoints().subsume(complete(1), second));
    assertThat(checkpoints().subsume(complete(2), second)).isTrue();
    replay(second);
    refused(() -> checkpoints().subsume(complete(1), second));
    finishReplay(second);
    assertThat(checkpoints().subsume(complete(1), second)).isTrue();
  }

  @Test
  default void subsumesNothingThatIsPinned() {
    create();
    completedNext(1);
    completedNext(2);
    assertThat(checkpoints().pin(job(), id(1))).isTrue();

    refused(() -> checkpoints().subsume(complete(1), FIRST));
    refused(() -> checkpoints().end(complete(1), FIRST, Checkpoint.Subsumed.End.DISPOSED));
    assertThat(checkpoints().subsume(complete(2), FIRST)).isTrue();

    assertThat(checkpoints().unpin(job(), id(1))).isTrue();
    assertThat(checkpoints().end(complete(1), FIRST, Checkpoint.Subsumed.End.DISPOSED)).isTrue();
    assertThat(checkpoints().checkpoint(jobId(), id(1)))
        .contains(new Checkpoint.Subsumed(complete(1), Checkpoint.Subsumed.End.DISPOSED));
  }

  @Test
  default void pinsWhatIsCompletedOnlyAndRemovesTheRequestWithIt() {
    create();
    checkpoints().begin(pending(1));
    refused(() -> checkpoints().pin(job(), id(1)));
    checkpoints().complete(complete(1));
    completedNext(2);
    checkpoints().request(jobId(), Request.command("pin 1"));
    Job seen = job();

    assertThat(checkpoints().pin(seen, id(1))).isTrue();

    assertThat(job().request()).isEmpty();
    assertThat(job().pinned()).containsExactly(id(1));
    refused(() -> checkpoints().pin(seen, id(2)));
    assertThat(checkpoints().pin(job(), id(2))).isTrue();
    assertThat(job().pinned()).containsExactly(id(1), id(2));
    assertThat(checkpoints().unpin(job(), id(1))).isTrue();
    assertThat(job().pinned()).containsExactly(id(2));
    assertThat(checkpoints().checkpoint(jobId(), id(1))).contains(complete(1));
  }

  @Test
  default void keepsPinsAndWhatWasPassedOverThroughARestore() {
    create();
    completedNext(1);
    assertThat(checkpoints().pin(job(), id(1))).isTrue();
    Restoration from =
        Restoration.of(id(1)).withPassedOver(List.of("checkpoint 2: file x is missing"));

    move(new JobStatus.Restoring(from));

    assertThat(job().status()).isEqualTo(new JobStatus.Restoring(from));
    assertThat(job().pinned()).containsExactly(id(1));
    move(new JobStatus.Replaying(from));
    assertThat(job().pinned()).containsExactly(id(1));
  }

  @Test
  default void subsumesNothingToWhichAnUndoLeads() {
    completed(1);
    completedNext(2);
    move(new JobStatus.Restoring(Restoration.of(id(1)).undoneBy(Optional.of(id(2)))));
    assertThat(job().undo()).contains(id(2));

    refused(() -> checkpoints().subsume(complete(2), new Epoch(2)));
    move(new JobStatus.Restoring(Restoration.of(id(1))));
    assertThat(job().undo()).isEmpty();
    assertThat(checkpoints().subsume(complete(2), new Epoch(3))).isTrue();
    JobStatus leadsNowhere =
        new JobStatus.Restoring(Restoration.of(id(1)).undoneBy(Optional.of(id(2))));
    refused(() -> checkpoints().move(job(), leadsNowhere, List.of(), NOW));
  }

  @Test
  default void whatAForgottenUndoLedToCannotBeRestoredOnceItIsSubsumed() {
    completed(1);
    completedNext(2);
    move(new JobStatus.Restoring(Restoration.of(id(1)).undoneBy(Optional.of(id(2)))));
    JobStatus undoing = new JobStatus.Restoring(Restoration.of(id(2)).undoneBy(Optional.of(id(1))));
    move(new JobStatus.Suspending(new Halt.Cancelled(true)));
    move(new JobStatus.Halted(new Halt.Cancelled(true)));
    assertThat(job().undo()).isEmpty();
    assertThat(checkpoints().subsume(complete(2), job().epoch())).isTrue();

    refused(() -> checkpoints().move(job(), undoing, List.of(), NOW));
  }

  @Test
  default void whatIsSubsumedCannotBeRestored() {
    completed(1);
    checkpoints().subsume(complete(1), FIRST);

    refused(() -> restore(job(), id(1), Optional.empty(), NOW));
  }
}
