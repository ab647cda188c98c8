package dev.cairn.coordinator;

import dev.cairn.checkpoint.Acknowledgement;
import dev.cairn.checkpoint.Checkpoint;
import dev.cairn.checkpoint.CheckpointSettings;
import dev.cairn.checkpoint.ExpectedSubtasks;
import dev.cairn.checkpoint.Failure;
import dev.cairn.checkpoint.FailureReason;
import dev.cairn.coordinator.journals.JobView;
import dev.cairn.coordinator.journals.JournalTail;
import dev.cairn.id.CheckpointId;
import dev.cairn.id.EntryId;
import dev.cairn.id.Epoch;
import dev.cairn.id.JobId;
import dev.cairn.id.Position;
import dev.cairn.id.Revision;
import dev.cairn.id.SequenceNumber;
import dev.cairn.id.ShardId;
import dev.cairn.id.StageId;
import dev.cairn.id.SubtaskId;
import dev.cairn.job.Job;
import dev.cairn.job.JobStatus;
import dev.cairn.journal.Entry;
import dev.cairn.journal.Entry.Header;
import dev.cairn.journal.Entry.Writer;
import dev.cairn.journal.ShardFailure;
import dev.cairn.restart.FailureHistory;
import dev.cairn.settings.Options;
import dev.cairn.settings.SettingSource;
import dev.cairn.state.Channels;
import dev.cairn.state.Counts;
import dev.cairn.state.HashRange;
import dev.cairn.state.Origin;
import dev.cairn.state.Payload;
import dev.cairn.state.StartPosition;
import dev.cairn.state.StateHandle;
import dev.cairn.storage.FilePath;
import dev.cairn.storage.FileRef;
import dev.cairn.storage.Layout;
import dev.cairn.storage.Sha256;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Parts of the rows that decisions are tested with: a job in its first epoch, with two subtasks,
 * journals that were last written at noon, and checkpoints every 30 seconds.
 */
public final class Samples {
  public static final Instant NOON = Instant.parse("2026-11-21T12:00:00Z");
  public static final Duration INTERVAL = Duration.ofSeconds(30);
  public static final Duration TIMEOUT = Duration.ofSeconds(60);
  public static final JobId JOB = new JobId("delays");
  public static final SubtaskId FIRST = subtask(0);
  public static final SubtaskId SECOND = subtask(1);
  public static final Origin ORIGIN = new Origin(new StartPosition.TrimHorizon(), HashRange.ALL);
  public static final JobStatus RUNNING = new JobStatus.Running();

  private Samples() {}

  public static SubtaskId subtask(int shard) {
    return new SubtaskId(
        JOB, new StageId("delay"), new ShardId(String.format(Locale.ROOT, "shardId-%012d", shard)));
  }

  public static CheckpointId id(long n) {
    return new CheckpointId(n);
  }

  public static Job job(JobStatus status) {
    return job(status, 1, Optional.empty(), Optional.of(INTERVAL));
  }

  public static Job job(
      JobStatus status, long epoch, Optional<CheckpointId> latest, Optional<Duration> interval) {
    return job(status, epoch, latest, new CheckpointSettings(interval, TIMEOUT, 1));
  }

  /** A running job that fails with the second checkpoint that fails in a row. */
  public static Job toleratingOne() {
    return job(
        RUNNING,
        1,
        Optional.empty(),
        new CheckpointSettings(
            new CheckpointSettings(Optional.of(INTERVAL), TIMEOUT, 1)
                .configuration()
                .with(Options.TOLERABLE_FAILED_CHECKPOINTS, 1, SettingSource.CONSTRUCT)));
  }

  public static Job job(
      JobStatus status, long epoch, Optional<CheckpointId> latest, CheckpointSettings settings) {
    return new Job(
        JOB,
        status,
        new Epoch(epoch),
        id(99),
        latest,
        Optional.empty(),
        settings,
        Optional.empty(),
        Optional.empty(),
        Optional.empty());
  }

  public static JobView view(Job job, List<Checkpoint> checkpoints, JournalTail... tails) {
    return view(job, checkpoints, Arrays.asList(tails));
  }

  public static JobView view(Job job, List<Checkpoint> checkpoints, List<JournalTail> tails) {
    return new JobView(job, bySubtask(tails), checkpoints, Map.of(), List.of(), List.of());
  }

  public static SortedMap<SubtaskId, JournalTail> bySubtask(List<JournalTail> tails) {
    SortedMap<SubtaskId, JournalTail> all = new TreeMap<>();
    tails.forEach(tail -> all.put(tail.subtask(), tail));
    return all;
  }

  // ---------------------------------------------------------------- checkpoints

  public static Checkpoint.Triggering triggering(long n, Instant at, SubtaskId... expected) {
    return new Checkpoint.Triggering(
        JOB, id(n), new Epoch(1), at, ExpectedSubtasks.of(new TreeSet<>(Set.of(expected))));
  }

  private static Checkpoint.Triggering savepointTriggering(
      long n, Instant at, SubtaskId... expected) {
    return new Checkpoint.Triggering(
        JOB,
        id(n),
        new Epoch(1),
        at,
        ExpectedSubtasks.of(new TreeSet<>(Set.of(expected))),
        Optional.of(
            new Checkpoint.Savepoint(
                Optional.empty(), FilePath.of("savepoints", "savepoint-" + n))),
        "savepoint");
  }

  public static Checkpoint.Pending pending(long n, Instant at, SubtaskId... expected) {
    return new Checkpoint.Pending(triggering(n, at, expected), new TreeSet<>(Set.of(expected)));
  }

  public static Checkpoint.Pending pendingSavepoint(long n, Instant at, SubtaskId... expected) {
    return new Checkpoint.Pending(
        savepointTriggering(n, at, expected), new TreeSet<>(Set.of(expected)));
  }

  public static Checkpoint.Completed completed(long n, Instant at, SubtaskId... expected) {
    return new Checkpoint.Completed(triggering(n, at, expected), at, metadata(n), 0, 0);
  }

  public static Checkpoint.Completed savepoint(long n) {
    return new Checkpoint.Completed(savepointTriggering(n, NOON, FIRST), NOON, metadata(n), 0, 0);
  }

  public static Checkpoint.Aborted aborted(long n, Instant at) {
    return new Checkpoint.Aborted(
        triggering(n, at, FIRST), at, Failure.of(FailureReason.EXPIRED, "for this test"));
  }

  private static FileRef metadata(long n) {
    return new FileRef(Layout.metadata(JOB, id(n)), 0, Sha256.of(new byte[0]));
  }

  public static Acknowledgement.Acknowledged acknowledged(SubtaskId subtask) {
    return new Acknowledgement.Acknowledged(subtask, id(2), Optional.empty(), 0, 0);
  }

  // ---------------------------------------------------------------- journals

  public static JournalTail tail(SubtaskId subtask, Entry.Base base, Entry... since) {
    return new JournalTail(subtask, base, List.of(since));
  }

  /** The header of an entry that was written at noon, behind a gap from record 500 to 600. */
  public static Header header(long revision, long epoch, Writer writer) {
    return new Header(
        new Revision(revision),
        new EntryId("e" + revision),
        Optional.empty(),
        new Epoch(epoch),
        Position.after(new SequenceNumber("500")),
        Position.after(new SequenceNumber("600")),
        Optional.empty(),
        Counts.NONE,
        writer,
        NOON,
        Optional.empty(),
        false,
        Optional.empty());
  }

  /** The header of an entry that was written at noon, of a shard without a gap. */
  public static Header withoutGap(long revision) {
    return header(revision, 1, Writer.MAPPING)
        .at(Position.after(new SequenceNumber("600")), new SequenceNumber("1"), Counts.NONE);
  }

  public static Entry.Opened opened(long revision) {
    return new Entry.Opened(header(revision, 1, Writer.MAPPING), ORIGIN);
  }

  public static Entry.Advanced advanced(long revision) {
    return advanced(revision, 1);
  }

  public static Entry.Advanced advanced(long revision, long epoch) {
    return advanced(header(revision, epoch, Writer.MAPPING));
  }

  public static Entry.Advanced advanced(Header header) {
    return Entry.Advanced.of(header, Position.beginning(), Payload.NONE, List.of(), List.of());
  }

  public static Entry.Triggered triggered(long revision, long checkpoint) {
    return Entry.Triggered.of(
        header(revision, 1, Writer.COORDINATOR), id(checkpoint), Optional.empty());
  }

  public static Entry.Snapshotted snapshotted(long revision, long checkpoint) {
    return snapshotted(header(revision, 1, Writer.MAPPING), checkpoint);
  }

  public static Entry.Snapshotted snapshotted(Header header, long checkpoint) {
    return new Entry.Snapshotted(header, id(checkpoint), ORIGIN, StateHandle.EMPTY, Channels.EMPTY);
  }

  public static Entry.Materialized materialized(Header header) {
    return new Entry.Materialized(header, ORIGIN, StateHandle.EMPTY, Channels.EMPTY);
  }

  /** The entry of a shard whose attempts have all failed for one reason, the first one at noon. */
  public static Entry.Failed failed(
      long revision, FailureReason reason, int attempts, boolean hasGivenUp) {
    FailureHistory failures =
        new FailureHistory(attempts, NOON, NOON, Duration.ofSeconds(1), List.of());
    return new Entry.Failed(
        withoutGap(revision).with(new ShardFailure(reason, "for this test", failures, hasGivenUp)));
  }
}
