package dev.cairn.contracts;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cairn.checkpoint.Checkpoint;
import dev.cairn.checkpoint.CheckpointSettings;
import dev.cairn.checkpoint.ExpectedSubtasks;
import dev.cairn.checkpoint.Failure;
import dev.cairn.checkpoint.FailureReason;
import dev.cairn.format.FormatVersion;
import dev.cairn.id.CheckpointId;
import dev.cairn.id.EntryId;
import dev.cairn.id.Epoch;
import dev.cairn.id.JobId;
import dev.cairn.id.ShardId;
import dev.cairn.id.StageId;
import dev.cairn.id.SubtaskId;
import dev.cairn.job.CheckpointStore;
import dev.cairn.job.Job;
import dev.cairn.job.JobStatus;
import dev.cairn.job.Restoration;
import dev.cairn.journal.Entry;
import dev.cairn.journal.Journal;
import dev.cairn.state.HashRange;
import dev.cairn.state.Origin;
import dev.cairn.state.StartPosition;
import dev.cairn.storage.FilePath;
import dev.cairn.storage.FileRef;
import dev.cairn.storage.Sha256;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;

/**
 * A store with one job, and what the tests of the store's contracts begin, complete and ask for.
 */
interface CheckpointStoreScene {
  Instant NOW = Instant.parse("2026-11-21T10:00:00.123456Z");

  Epoch FIRST = new Epoch(1);

  default Checkpoint.Pending wide(long checkpoint, int subtasks) {
    TreeSet<SubtaskId> many = new TreeSet<>();
    for (int i = 0; i < subtasks; i++) {
      many.add(subtask("shardId-" + i));
    }
    return new Checkpoint.Pending(
        new Checkpoint.Triggering(jobId(), id(checkpoint), FIRST, NOW, ExpectedSubtasks.of(many)),
        many);
  }

  default Job createIn(FormatVersion format) {
    Job created = Job.create(jobId(), CheckpointSettings.DEFAULTS, format);
    assertThat(checkpoints().create(created)).isTrue();
    return created;
  }

  default boolean restore(
      Job seen, CheckpointId from, Optional<Checkpoint.Pending> pending, Instant now) {
    return checkpoints()
        .move(seen, new JobStatus.Restoring(Restoration.of(from)), pending.stream().toList(), now);
  }

  /** As a coordinator that has seen the job in this epoch. */
  default boolean replay(Epoch epoch) {
    return move(
        new JobStatus.Restoring(Restoration.of(id(1))),
        epoch,
        new JobStatus.Replaying(Restoration.of(id(1))));
  }

  default boolean finishReplay(Epoch epoch) {
    return move(new JobStatus.Replaying(Restoration.of(id(1))), epoch, new JobStatus.Running());
  }

  default void move(JobStatus to) {
    assertThat(checkpoints().move(job(), to, List.of(), NOW)).isTrue();
  }

  default void completedNext(long checkpoint) {
    assertThat(checkpoints().begin(pending(checkpoint))).isTrue();
    assertThat(checkpoints().complete(complete(checkpoint))).isTrue();
  }

  default boolean move(JobStatus seen, Epoch epoch, JobStatus to) {
    Job now = job();
    Job then =
        new Job(
            now.id(),
            seen,
            epoch,
            now.next(),
            now.latest(),
            now.undo(),
            now.settings(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty());
    return checkpoints().move(then, to, List.of(), NOW);
  }

  interface Attempt {
    boolean make();
  }

  /** A condition that does not hold changes nothing at all. */
  default void refused(Attempt attempt) {
    Optional<Job> before = checkpoints().job(jobId());
    List<Checkpoint> checkpoints = checkpoints().checkpoints(jobId());

    assertThat(attempt.make()).isFalse();
    assertThat(checkpoints().job(jobId())).isEqualTo(before);
    assertThat(checkpoints().checkpoints(jobId())).isEqualTo(checkpoints);
  }

  default Job create() {
    Job created = Job.create(jobId(), CheckpointSettings.DEFAULTS);
    assertThat(checkpoints().create(created)).isTrue();
    return created;
  }

  default void completed(long checkpoint) {
    create();
    assertThat(checkpoints().begin(pending(checkpoint))).isTrue();
    assertThat(checkpoints().complete(complete(checkpoint))).isTrue();
  }

  default Job job() {
    return checkpoints().job(jobId()).orElseThrow();
  }

  default Checkpoint.Pending pending(long checkpoint) {
    return pending(trigger(checkpoint));
  }

  default Checkpoint.Pending pending(Checkpoint.Triggering trigger) {
    return new Checkpoint.Pending(trigger, subtasks());
  }

  default TreeSet<SubtaskId> subtasks() {
    return new TreeSet<>(List.of(subtask("shardId-1"), subtask("shardId-2")));
  }

  default Checkpoint.Completed complete(long checkpoint) {
    return complete(checkpoint, NOW.plusSeconds(2));
  }

  default Checkpoint.Completed complete(long checkpoint, Instant at) {
    return complete(trigger(checkpoint), at);
  }

  default Checkpoint.Completed complete(Checkpoint.Triggering trigger, Instant at) {
    return new Checkpoint.Completed(trigger, at, file(), 700, 70);
  }

  default Checkpoint.Aborted aborted(Checkpoint.Triggering trigger) {
    return new Checkpoint.Aborted(
        trigger, NOW, Failure.of(FailureReason.EXPIRED, "no subtask acknowledged in time"));
  }

  default Checkpoint.Aborted aborted(long checkpoint) {
    return new Checkpoint.Aborted(
        trigger(checkpoint),
        NOW.plusSeconds(1),
        Failure.of(FailureReason.EXPIRED, "it took too long"));
  }

  default Checkpoint.Triggering trigger(long checkpoint) {
    return trigger(checkpoint, FIRST, NOW);
  }

  default Checkpoint.Triggering trigger(long checkpoint, Epoch epoch, Instant at) {
    return new Checkpoint.Triggering(
        jobId(), id(checkpoint), epoch, at, ExpectedSubtasks.of(subtasks()));
  }

  default FileRef file() {
    byte[] bytes = {4, 5, 6};
    return new FileRef(FilePath.of("job", "chk-1", "_metadata"), bytes.length, Sha256.of(bytes));
  }

  default CheckpointId id(long checkpoint) {
    return new CheckpointId(checkpoint);
  }

  default SubtaskId subtask(String shard) {
    return new SubtaskId(jobId(), new StageId("delays"), new ShardId(shard));
  }

  /** The job of one test. Each test has its own, so that all may share one table. */
  JobId jobId();

  CheckpointStore checkpoints();

  /** The journal of the same table. */
  Journal journal();

  default Entry.Opened opened() {
    Entry.Header header =
        Entry.Header.first(new EntryId("first"), FIRST, Entry.Writer.COORDINATOR, NOW);
    return new Entry.Opened(header, new Origin(new StartPosition.TrimHorizon(), HashRange.ALL));
  }
}
