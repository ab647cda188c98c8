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

/** How a job comes to another status: restores, halts and what follows them. */
interface MoveContract extends CheckpointStoreScene {
  @Test
  default void beginsARestoreInOneStep() {
    completed(1);
    checkpoints().begin(pending(2));
    checkpoints().request(jobId(), Request.restore("1"));
    Job seen = job();

    assertThat(restore(seen, id(1), Optional.of(pending(2)), NOW)).isTrue();
    Job restoring = job();
    assertThat(restoring.status()).isEqualTo(new JobStatus.Restoring(Restoration.of(id(1))));
    assertThat(restoring.epoch()).isEqualTo(new Epoch(2));
    assertThat(restoring.restoreCheckpointId()).isEmpty();
    assertThat(restoring.next()).isEqualTo(seen.next());
    assertThat(restoring.latest()).isEqualTo(seen.latest());
    assertThat(restoring.settings()).isEqualTo(seen.settings());
    assertThat(checkpoints().checkpoint(jobId(), id(2)))
        .contains(new JobStatus.Restoring(Restoration.of(id(1))).abort(pending(2), NOW));
  }

  @Test
  default void beginsARestoreWhoseRequestWasWithdrawn() {
    completed(1);
    checkpoints().request(jobId(), Request.restore("1"));
    Job seen = job();
    checkpoints().refuse(seen, "not now", NOW);

    assertThat(restore(seen, id(1), Optional.empty(), NOW)).isTrue();
    assertThat(job().restoreCheckpointId()).isEmpty();
    assertThat(job().epoch()).isEqualTo(new Epoch(2));
  }

  @Test
  default void restoresOnlyWhatIsCompleted() {
    create();
    checkpoints().request(jobId(), Request.restore("1"));
    refused(() -> restore(job(), id(1), Optional.empty(), NOW));
    checkpoints().begin(pending(1));
    refused(() -> restore(job(), id(1), Optional.empty(), NOW));
    refused(() -> restore(job(), id(1), Optional.of(pending(1)), NOW));
    checkpoints().abort(aborted(1));
    refused(() -> restore(job(), id(1), Optional.empty(), NOW));
  }

  @Test
  default void doesNotRestoreOverWhatCompletedMeanwhile() {
    completed(1);
    checkpoints().begin(pending(2));
    checkpoints().request(jobId(), Request.restore("1"));
    Job seen = job();
    checkpoints().complete(complete(2));

    refused(() -> restore(seen, id(1), Optional.of(pending(2)), NOW));
  }

  @Test
  default void restoresOnlyInTheEpochThatWasSeen() {
    completed(1);
    Job seen = job();
    restore(seen, id(1), Optional.empty(), NOW);

    refused(() -> restore(seen, id(1), Optional.empty(), NOW));
  }

  @Test
  default void aRestoreSupersedesOneThatIsNotOver() {
    completed(1);
    checkpoints().begin(pending(2));
    checkpoints().complete(complete(2));
    restore(job(), id(1), Optional.empty(), NOW);

    assertThat(restore(job(), id(2), Optional.empty(), NOW)).isTrue();
    assertThat(job().status()).isEqualTo(new JobStatus.Restoring(Restoration.of(id(2))));
    assertThat(job().epoch()).isEqualTo(new Epoch(3));
  }

  @Test
  default void ofRacingRestoresExactlyOneBegins() throws Exception {
    completed(1);
    checkpoints().begin(pending(2));
    checkpoints().request(jobId(), Request.restore("1"));
    Job seen = job();

    List<Boolean> outcomes =
        Race.run(runner -> restore(seen, id(1), Optional.of(pending(2)), NOW.plusMillis(runner)));

    assertThat(outcomes).containsOnlyOnce(true);
    assertThat(job().epoch()).isEqualTo(new Epoch(2));
  }

  @Test
  default void aRestoreThatCannotGoOnLeavesItsReasonUntilTheNextOneBegins() {
    completed(1);
    assertThat(restore(job(), id(1), Optional.empty(), NOW)).isTrue();
    Job restoring = job();

    Job.Refusal gone = new Job.Refusal("restore 1", "a file is gone", NOW);
    assertThat(checkpoints().explain(restoring, gone)).isTrue();
    assertThat(job().refusal()).contains(gone);
    assertThat(job().status()).isEqualTo(restoring.status());
    checkpoints().request(jobId(), Request.restore("1"));
    refused(() -> checkpoints().explain(restoring, gone));

    assertThat(restore(job(), id(1), Optional.empty(), NOW)).isTrue();
    assertThat(job().refusal()).isEmpty();
    refused(() -> checkpoints().explain(restoring, gone));
  }

  @Test
  default void aHaltAbortsEveryPendingCheckpoint() {
    create();
    checkpoints().begin(pending(1));
    checkpoints().begin(pending(2));
    JobStatus halts = new JobStatus.Suspending(new Halt.Cancelled(false));

    assertThat(checkpoints().move(job(), halts, List.of(pending(1), pending(2)), NOW)).isTrue();
    assertThat(checkpoints().checkpoints(jobId()))
        .containsExactly(halts.abort(pending(1), NOW), halts.abort(pending(2), NOW));
  }

  @Test
  default void aRestoreGoesFromRestoringOverReplayingToRunning() {
    completed(1);
    Epoch second = new Epoch(2);
    refused(() -> replay(FIRST));
    refused(() -> finishReplay(FIRST));
    restore(job(), id(1), Optional.empty(), NOW);

    refused(() -> finishReplay(second));
    refused(() -> replay(FIRST));
    assertThat(replay(second)).isTrue();
    assertThat(job().status()).isEqualTo(new JobStatus.Replaying(Restoration.of(id(1))));
    refused(() -> replay(second));
    refused(() -> finishReplay(FIRST));
    assertThat(finishReplay(second)).isTrue();
    assertThat(job().status()).isEqualTo(new JobStatus.Running());
    refused(() -> finishReplay(second));
  }

  @Test
  default void goesOnCountingAfterARestore() {
    completed(1);
    checkpoints().begin(pending(2));
    checkpoints().complete(complete(2));
    restore(job(), id(1), Optional.empty(), NOW);
    replay(new Epoch(2));
    Checkpoint.Triggering third = trigger(3, new Epoch(2), NOW);

    assertThat(checkpoints().begin(pending(third))).isTrue();
    assertThat(checkpoints().complete(complete(third, NOW))).isTrue();
    assertThat(checkpoints().checkpoints(jobId())).contains(complete(1), complete(2));
    assertThat(job().latest()).contains(id(3));
  }
}
