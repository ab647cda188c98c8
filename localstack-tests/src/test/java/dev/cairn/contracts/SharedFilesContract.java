package dev.cairn.contracts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cairn.checkpoint.Checkpoint;
import dev.cairn.checkpoint.CheckpointSettings;
import dev.cairn.checkpoint.ClaimMode;
import dev.cairn.checkpoint.ExpectedSubtasks;
import dev.cairn.id.CheckpointId;
import dev.cairn.id.Epoch;
import dev.cairn.id.JobId;
import dev.cairn.id.ShardId;
import dev.cairn.id.StageId;
import dev.cairn.id.SubtaskId;
import dev.cairn.job.CheckpointStore;
import dev.cairn.job.Claim;
import dev.cairn.job.Fork;
import dev.cairn.job.Halt;
import dev.cairn.job.Job;
import dev.cairn.job.JobStatus;
import dev.cairn.job.Request;
import dev.cairn.job.Restoration;
import dev.cairn.job.Restoration.Positions;
import dev.cairn.job.Restoration.Source;
import dev.cairn.storage.FilePath;
import dev.cairn.storage.FileRef;
import dev.cairn.storage.Sha256;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** What every {@link CheckpointStore} keeps of files that jobs share or take over. */
abstract class SharedFilesContract {
  private static final Instant NOW = Instant.parse("2026-11-21T10:00:00.123456Z");

  private final JobId parent = new JobId("parent-" + UUID.randomUUID());
  // A name that begins with the other one is another name.
  private final JobId child = new JobId(parent + "-trial");

  abstract CheckpointStore checkpoints();

  // ---------------------------------------------------------------- forks

  @Test
  void aForkBeginsTheChildAndServesTheRequestInOneStep() {
    Job seen = asking("fork 1 " + child);
    Fork fork = Fork.of(completed(1), child, NOW);

    assertThat(checkpoints().fork(seen, fork)).isTrue();

    assertThat(checkpoints().forks(parent)).containsExactly(fork);
    assertThat(checkpoints().forkedFrom(child)).contains(fork);
    assertThat(checkpoints().forkedFrom(parent)).isEmpty();
    assertThat(job(parent).request()).isEmpty();
    Job begun = job(child);
    assertThat(begun.epoch()).isEqualTo(new Epoch(2));
    assertThat(begun.next()).isEqualTo(new CheckpointId(1));
    assertThat(begun.undo()).isEmpty();
    assertThat(begun.status())
        .isEqualTo(
            new JobStatus.Restoring(
                new Restoration(
                    new Source.Metadata(file(1)), ClaimMode.SHARED, Positions.SAME_STREAM, false)));
    assertThat(checkpoints().fork(seen, fork)).as("the very same again").isTrue();
  }

  @Test
  void nothingIsForkedFromACheckpointThatIsNotCompleted() {
    Job seen = asking("fork 1 " + child);
    Checkpoint.Completed completed = completed(1);
    assertThat(checkpoints().subsume(completed, new Epoch(1))).isTrue();

    assertThat(checkpoints().fork(seen, Fork.of(completed, child, NOW))).isFalse();

    nothingIsForked();
    assertThat(job(parent).request()).isPresent();
  }

  @Test
  void aForkTakesNoNameThatAJobHas() {
    Job seen = asking("fork 1 " + child);
    Checkpoint.Completed completed = completed(1);
    Job there = Job.create(child, settings());
    checkpoints().create(there);

    assertThat(checkpoints().fork(seen, Fork.of(completed, child, NOW))).isFalse();

    assertThat(checkpoints().forks(parent)).isEmpty();
    assertThat(job(child)).isEqualTo(there);
  }

  @Test
  void aForkThatIsNoLongerAskedForDoesNotBegin() {
    Job seen = asking("fork 1 " + child);
    Checkpoint.Completed completed = completed(1);
    checkpoints().request(parent, Request.command("checkpoint"));

    assertThat(checkpoints().fork(seen, Fork.of(completed, child, NOW))).isFalse();

    nothingIsForked();
  }

  @Test
  void aReleasedForkIsKnownUntilItIsForgotten() {
    Job seen = asking("fork 1 " + child);
    Fork fork = Fork.of(completed(1), child, NOW);
    checkpoints().fork(seen, fork);
    checkpoints().forget(fork);
    assertThat(checkpoints().forks(parent)).as("not released").containsExactly(fork);

    checkpoints().release(fork, NOW.plusSeconds(1));
    checkpoints().release(fork, NOW.plusSeconds(2));

    Fork released = fork.released(NOW.plusSeconds(1));
    assertThat(checkpoints().forks(parent)).containsExactly(released);
    assertThat(checkpoints().forkedFrom(child)).isEmpty();

    checkpoints().forget(released);
    checkpoints().forget(released);
    assertThat(checkpoints().forks(parent)).isEmpty();
    assertThat(checkpoints().job(child)).isPresent();
  }

  private void nothingIsForked() {
    assertThat(checkpoints().forks(parent)).isEmpty();
    assertThat(checkpoints().forkedFrom(child)).isEmpty();
    assertThat(checkpoints().job(child)).isEmpty();
  }

  // ---------------------------------------------------------------- claims

  @Test
  void aClaimIsRegisteredByTheMoveAlone() {
    create();
    Job seen = job(parent);

    assertThat(restore(seen, claiming())).isTrue();
    assertThat(checkpoints().claims(parent)).containsExactly(claim(2, false));

    assertThat(restore(seen, claiming())).as("an epoch that has gone").isFalse();
    assertThat(checkpoints().claims(parent)).containsExactly(claim(2, false));
  }

  @Test
  void aMoveThatIsNotMadeClaimsNothing() {
    create();
    Job seen = job(parent);
    assertThat(restore(seen, Restoration.ofNothing())).isTrue();

    assertThat(restore(seen, claiming())).isFalse();

    assertThat(checkpoints().claims(parent)).isEmpty();
  }

  @Test
  void theNextRestoreTakesAClaimBackThatIsNotConfirmed() {
    create();
    restore(job(parent), claiming());

    assertThat(restore(job(parent), Restoration.ofNothing())).isTrue();

    assertThat(checkpoints().claims(parent)).isEmpty();
    assertThat(checkpoints().confirm(claim(2, false), Optional.empty())).isFalse();
    assertThat(checkpoints().claims(parent)).isEmpty();
  }

  @Test
  void aConfirmedClaimStaysUntilItIsForgottenAndCannotBeRestoredFrom() {
    create();
    restore(job(parent), claiming());
    assertThat(checkpoints().confirm(claim(2, false), Optional.empty())).isTrue();

    assertThat(restore(job(parent), claiming())).isFalse();
    assertThat(restore(job(parent), Restoration.ofNothing())).isTrue();
    assertThat(checkpoints().claims(parent)).containsExactly(claim(2, true));

    checkpoints().forget(claim(2, true));
    assertThat(checkpoints().claims(parent)).isEmpty();
    assertThat(restore(job(parent), claiming())).as("a new savepoint in its place").isTrue();
    assertThat(checkpoints().claims(parent)).containsExactly(claim(4, false));
    assertThat(checkpoints().confirm(claim(4, false), Optional.empty())).isTrue();
    assertThat(checkpoints().claims(parent)).containsExactly(claim(4, true));
  }

  @Test
  void aClaimedSavepointOfTheJobsOwnIsSubsumedWhenTheClaimIsConfirmed() {
    create();
    CheckpointId id = complete(1, Optional.of(savepoint())).id();
    Restoration claiming =
        new Restoration(new Source.Own(id), ClaimMode.CLAIM, Positions.SAME_STREAM, false);
    restore(job(parent), claiming);
    assertThat(checkpoints().claims(parent)).containsExactly(claim(2, false));
    assertThat(checkpoints().confirm(claim(2, false), Optional.of(id)))
        .as("it is being restored from")
        .isFalse();

    moveParent(new JobStatus.Replaying(claiming));
    moveParent(new JobStatus.Running());
    assertThat(checkpoints().confirm(claim(2, false), Optional.of(id))).isTrue();

    assertThat(checkpoints().claims(parent)).containsExactly(claim(2, true));
    assertThat(checkpoints().checkpoint(parent, id)).containsInstanceOf(Checkpoint.Subsumed.class);
  }

  @Test
  void aCheckpointOfTheJobsOwnNeedsNoClaim() {
    create();
    CheckpointId id = complete(1, Optional.empty()).id();

    assertThat(
            restore(
                job(parent),
                new Restoration(new Source.Own(id), ClaimMode.CLAIM, Positions.SAME_STREAM, false)))
        .isTrue();

    assertThat(checkpoints().claims(parent)).isEmpty();
  }

  @Test
  void aRestoreDoesNotEndWithoutANewEpochButByItsOwnReplay() {
    create();
    CheckpointId id = complete(1, Optional.empty()).id();
    restore(job(parent), Restoration.of(id));
    Job restoring = job(parent);

    for (JobStatus to :
        List.of(
            new JobStatus.Halted(new Halt.Cancelled(true)),
            new JobStatus.Running(),
            new JobStatus.Replaying(Restoration.ofNothing()))) {
      assertThatThrownBy(() -> checkpoints().move(restoring, to, List.of(), NOW))
          .hasMessageContaining("cannot become " + to.label() + " without a new epoch");
    }

    assertThat(job(parent)).isEqualTo(restoring);
    moveParent(new JobStatus.Suspending(new Halt.Cancelled(true)));
    assertThat(job(parent).epoch()).isEqualTo(restoring.epoch().next());
  }

  @Test
  void aCancelledForkIsReleasedWithItsEpochRaisedSoThatNobodyBringsItBack() {
    JobId child = new JobId(parent + "-fork");
    Job asking = asking("fork 1 " + child);
    Fork fork = Fork.of(completed(1), child, NOW);
    assertThat(checkpoints().fork(asking, fork)).isTrue();
    assertThat(checkpoints().unfork(job(child), fork, NOW)).as("it is RESTORING").isFalse();
    Halt cancelled = new Halt.Cancelled(true);
    checkpoints().move(job(child), new JobStatus.Suspending(cancelled), List.of(), NOW);
    checkpoints().move(job(child), new JobStatus.Halted(cancelled), List.of(), NOW);
    Job seen = job(child);

    assertThat(checkpoints().unfork(seen, fork, NOW)).isTrue();

    assertThat(job(child).epoch()).isEqualTo(seen.epoch().next());
    assertThat(job(child).status()).isEqualTo(seen.status());
    assertThat(checkpoints().forks(parent)).containsExactly(fork.released(NOW));
    assertThat(checkpoints().forkedFrom(child)).contains(fork.released(NOW));
    assertThat(checkpoints().move(seen, new JobStatus.Resuming(), List.of(), NOW)).isFalse();
    assertThat(checkpoints().unfork(seen, fork, NOW)).as("the epoch is another").isFalse();

    checkpoints().release(fork.released(NOW), NOW);
    assertThat(checkpoints().forkedFrom(child)).as("it stands alone").isEmpty();
  }

  @Test
  void aForkBeginsInTheEpochSeenOnly() {
    Job asking = asking("fork 1 " + parent + "-late");
    Fork fork = Fork.of(completed(1), new JobId(parent + "-late"), NOW);
    checkpoints().move(asking.withoutRequests(), new JobStatus.Resuming(), List.of(), NOW);

    assertThat(checkpoints().fork(asking, fork)).isFalse();

    assertThat(checkpoints().forks(parent)).isEmpty();
  }

  private boolean restore(Job seen, Restoration from) {
    return checkpoints().move(seen, new JobStatus.Restoring(from), List.of(), NOW);
  }

  private void moveParent(JobStatus to) {
    assertThat(checkpoints().move(job(parent), to, List.of(), NOW)).isTrue();
  }

  private Restoration claiming() {
    return new Restoration(
        new Source.Metadata(savepointFile()), ClaimMode.CLAIM, Positions.SAME_STREAM, false);
  }

  private Claim claim(long epoch, boolean isConfirmed) {
    return new Claim(parent, new Epoch(epoch), savepointFile(), NOW, isConfirmed);
  }

  private Checkpoint.Savepoint savepoint() {
    return new Checkpoint.Savepoint(
        Optional.empty(), FilePath.of("savepoints", parent.value(), "savepoint-1"));
  }

  private FileRef savepointFile() {
    return file(savepoint().directory().resolve(FilePath.of("_metadata")));
  }

  // ---------------------------------------------------------------- what both need

  private Job asking(String command) {
    create();
    checkpoints().request(parent, Request.command(command));
    return job(parent);
  }

  private Checkpoint.Completed completed(long id) {
    return complete(id, Optional.empty());
  }

  private Checkpoint.Completed complete(long id, Optional<Checkpoint.Savepoint> savepoint) {
    SubtaskId subtask = new SubtaskId(parent, new StageId("count"), new ShardId("shardId-1"));
    TreeSet<SubtaskId> subtasks = new TreeSet<>(List.of(subtask));
    Checkpoint.Triggering trigger =
        new Checkpoint.Triggering(
            parent,
            new CheckpointId(id),
            job(parent).epoch(),
            NOW,
            ExpectedSubtasks.of(subtasks),
            savepoint,
            Checkpoint.Triggering.SCHEDULE);
    assertThat(checkpoints().begin(new Checkpoint.Pending(trigger, subtasks))).isTrue();
    FileRef metadata = savepoint.isPresent() ? savepointFile() : file(id);
    Checkpoint.Completed completed =
        new Checkpoint.Completed(trigger, NOW.plusSeconds(1), metadata, 200, 100);
    assertThat(checkpoints().complete(completed)).isTrue();
    return completed;
  }

  private FileRef file(long checkpoint) {
    return file(FilePath.of(parent.value(), "chk-" + checkpoint, "_metadata"));
  }

  private static FileRef file(FilePath path) {
    return new FileRef(path, 3, Sha256.of(new byte[] {1, 2, 3}));
  }

  private void create() {
    assertThat(checkpoints().create(Job.create(parent, settings()))).isTrue();
  }

  private static CheckpointSettings settings() {
    return new CheckpointSettings(Optional.of(Duration.ofSeconds(30)), Duration.ofMinutes(10), 2);
  }

  private Job job(JobId id) {
    return checkpoints().job(id).orElseThrow();
  }
}
