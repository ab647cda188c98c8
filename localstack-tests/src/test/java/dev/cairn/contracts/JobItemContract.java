package dev.cairn.contracts;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cairn.checkpoint.CheckpointSettings;
import dev.cairn.checkpoint.ClaimMode;
import dev.cairn.checkpoint.Failure;
import dev.cairn.checkpoint.FailureReason;
import dev.cairn.format.FormatVersion;
import dev.cairn.id.Epoch;
import dev.cairn.id.JobId;
import dev.cairn.id.SavepointName;
import dev.cairn.job.Halt;
import dev.cairn.job.Job;
import dev.cairn.job.JobStatus;
import dev.cairn.job.Request;
import dev.cairn.job.Restoration;
import dev.cairn.state.StartPosition;
import dev.cairn.storage.FileRef;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** What a store keeps of a job, and of the subtasks that were opened. */
interface JobItemContract extends CheckpointStoreScene {
  @Test
  default void aJobThatWasNeverCreatedIsNotThere() {
    assertThat(checkpoints().job(jobId())).isEmpty();
    assertThat(checkpoints().subtasks(jobId())).isEmpty();
    assertThat(checkpoints().firstSubtask(jobId())).isEmpty();
    assertThat(checkpoints().checkpoints(jobId())).isEmpty();
    assertThat(checkpoints().checkpoint(jobId(), id(1))).isEmpty();
    assertThat(checkpoints().acknowledgements(jobId(), id(1))).isEmpty();
  }

  @Test
  default void keepsAJobAsItWasCreated() {
    Job full =
        new Job(
            jobId(),
            new JobStatus.Restoring(Restoration.of(id(3))),
            new Epoch(4),
            id(9),
            Optional.of(id(7)),
            Optional.of(id(6)),
            new CheckpointSettings(Optional.of(Duration.ofMillis(1500)), Duration.ofMinutes(10), 3),
            Optional.of("5"),
            Optional.of("savepoint before-upgrade"),
            Optional.of(new Job.Refusal("restore six", "\"six\" is not a checkpoint", NOW)),
            new TreeSet<>(List.of(id(2), id(7))),
            FormatVersion.TWO,
            Optional.of(id(4)));

    assertThat(checkpoints().create(full)).isTrue();
    assertThat(job()).isEqualTo(full);
  }

  @Test
  default void doesNotCreateAJobTwice() {
    Job first = create();

    assertThat(
            checkpoints()
                .create(
                    Job.create(
                        jobId(),
                        new CheckpointSettings(
                            Optional.of(Duration.ofSeconds(3)), Duration.ofHours(1), 2))))
        .isFalse();
    assertThat(job()).isEqualTo(first);
  }

  @Test
  default void listsSubtasksSortedAndOfThisJobOnly() {
    create();
    for (String shard : List.of("shardId-2", "shardId-1", "shardId-10")) {
      journal().open(subtask(shard), opened());
    }

    assertThat(checkpoints().subtasks(jobId()))
        .containsExactly(subtask("shardId-1"), subtask("shardId-10"), subtask("shardId-2"));
    assertThat(checkpoints().firstSubtask(jobId())).contains(subtask("shardId-1"));
    assertThat(checkpoints().subtasks(new JobId(jobId().value() + "-2"))).isEmpty();
  }

  @Test
  default void keepsEveryStatus() {
    create();
    FileRef metadata = file();
    Failure failure = Failure.of(FailureReason.USER_CODE, subtask("shardId-1"), "it threw");
    List<JobStatus> way =
        List.of(
            new JobStatus.Suspending(new Halt.Cancelled(true)),
            new JobStatus.Halted(new Halt.Cancelled(true)),
            new JobStatus.Halted(
                new Halt.Stopping(Optional.of(new SavepointName("before-upgrade")))),
            new JobStatus.Halted(new Halt.Stopped(id(4))),
            new JobStatus.Resuming(),
            new JobStatus.Running(),
            new JobStatus.Suspending(new Halt.Stopping(Optional.empty())),
            new JobStatus.Halted(new Halt.Stopping(Optional.empty())),
            new JobStatus.Suspending(new Halt.Failed(failure)),
            new JobStatus.Halted(new Halt.Failed(failure)),
            new JobStatus.Restoring(
                new Restoration(
                    new Restoration.Source.Metadata(metadata),
                    ClaimMode.CLAIM,
                    new Restoration.Positions.Anew(new StartPosition.TrimHorizon()),
                    true)),
            new JobStatus.Restoring(
                new Restoration(
                    new Restoration.Source.Metadata(metadata),
                    ClaimMode.NO_CLAIM,
                    new Restoration.Positions.Anew(new StartPosition.AtTimestamp(NOW)),
                    false)),
            new JobStatus.Restoring(Restoration.ofNothing()),
            new JobStatus.Replaying(Restoration.ofNothing()),
            new JobStatus.Restoring(Restoration.ofNothing().dropping(List.of("b", "a"))),
            new JobStatus.Replaying(Restoration.ofNothing().dropping(List.of("b", "a"))));

    for (JobStatus to : way) {
      Job before = job();
      assertThat(checkpoints().move(before, to, List.of(), NOW)).as("%s", to).isTrue();
      assertThat(job().status()).isEqualTo(to);
      assertThat(job().epoch())
          .isEqualTo(to.raisesEpoch() ? before.epoch().next() : before.epoch());
      refused(() -> checkpoints().move(before, to, List.of(), NOW));
    }
  }

  @Test
  default void anUpgradeRaisesTheFormatAndRemovesItsRequest() {
    Job before = createIn(FormatVersion.ONE);
    checkpoints().request(jobId(), Request.command("upgrade"));
    Job seen = job();

    assertThat(checkpoints().upgrade(seen, FormatVersion.TWO)).isTrue();

    assertThat(job()).isEqualTo(before.in(FormatVersion.TWO));
    refused(() -> checkpoints().upgrade(seen, FormatVersion.TWO));
  }

  @Test
  default void anUpgradeWhoseRequestWasWithdrawnChangesNothing() {
    createIn(FormatVersion.ONE);
    checkpoints().request(jobId(), Request.command("upgrade"));
    Job seen = job();
    checkpoints().request(jobId(), Request.command("checkpoint"));

    refused(() -> checkpoints().upgrade(seen, FormatVersion.TWO));
    refused(() -> checkpoints().upgrade(seen.withoutRequests(), FormatVersion.TWO));
  }
}
