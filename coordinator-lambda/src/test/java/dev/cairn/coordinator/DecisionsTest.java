package dev.cairn.coordinator;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cairn.checkpoint.Acknowledgement;
import dev.cairn.checkpoint.Checkpoint;
import dev.cairn.checkpoint.CheckpointSettings;
import dev.cairn.checkpoint.Expected;
import dev.cairn.checkpoint.Failure;
import dev.cairn.checkpoint.FailureReason;
import dev.cairn.coordinator.checkpointing.CheckpointDecisions.Asking;
import dev.cairn.coordinator.checkpointing.CheckpointDecisions.Resolution;
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
import dev.cairn.job.Restoration;
import dev.cairn.journal.Entry;
import dev.cairn.journal.Entry.Header;
import dev.cairn.journal.Entry.Writer;
import dev.cairn.settings.Options;
import dev.cairn.settings.SettingSource;
import dev.cairn.state.Channels;
import dev.cairn.state.Counts;
import dev.cairn.state.HashRange;
import dev.cairn.state.Origin;
import dev.cairn.state.Payload;
import dev.cairn.state.Start;
import dev.cairn.state.StateHandle;
import dev.cairn.storage.CheckpointStorage.Stored;
import dev.cairn.storage.FilePath;
import dev.cairn.storage.FileRef;
import dev.cairn.storage.Layout;
import dev.cairn.storage.Sha256;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Rows of what was read and when → what is decided. */
class DecisionsTest {
  private static final Instant NOON = Instant.parse("2026-11-21T12:00:00Z");
  private static final Duration INTERVAL = Duration.ofSeconds(30);
  private static final Duration TIMEOUT = Duration.ofSeconds(60);
  private static final JobId JOB = new JobId("delays");
  private static final SubtaskId FIRST = subtask(0);
  private static final SubtaskId SECOND = subtask(1);
  private static final Origin ORIGIN = new Origin(new Start.TrimHorizon(), HashRange.ALL);
  private static final JobStatus RUNNING = new JobStatus.Running();

  private final Decisions decisions = Decisions.all();

  // ---------------------------------------------------------------- whether a checkpoint is due

  private record Due(
      String name,
      boolean due,
      JobStatus status,
      Optional<Duration> interval,
      List<Checkpoint> checkpoints,
      List<JournalTail> tails) {
    @Override
    public String toString() {
      return name + " → " + (due ? "due" : "not due");
    }
  }

  static Stream<Due> due() {
    Optional<Duration> every = Optional.of(INTERVAL);
    List<JournalTail> changed = List.of(tail(FIRST, opened(1), advanced(2)));
    List<JournalTail> kept = List.of(tail(FIRST, snapshotted(3, 1)));
    Instant elapsed = NOON.minus(INTERVAL);
    Instant notYet = NOON.minus(INTERVAL.dividedBy(3));
    return Stream.of(
        new Due("the first, with records applied", true, RUNNING, every, List.of(), changed),
        new Due("no subtask was opened", false, RUNNING, every, List.of(), List.of()),
        new Due("no interval is set", false, RUNNING, Optional.empty(), List.of(), changed),
        new Due(
            "the job is being restored",
            false,
            new JobStatus.Restoring(Restoration.of(id(1))),
            every,
            List.of(),
            changed),
        new Due(
            "the job replays, which counts as running",
            true,
            new JobStatus.Replaying(Restoration.of(id(1))),
            every,
            List.of(),
            changed),
        new Due(
            "one is pending", false, RUNNING, every, List.of(pending(1, elapsed, FIRST)), changed),
        new Due(
            "the interval has passed",
            true,
            RUNNING,
            every,
            List.of(completed(1, elapsed, FIRST)),
            changed),
        new Due(
            "the interval has not passed",
            false,
            RUNNING,
            every,
            List.of(completed(1, notYet, FIRST)),
            changed),
        new Due(
            "the interval counts from an aborted one too",
            false,
            RUNNING,
            every,
            List.of(completed(1, elapsed, FIRST), aborted(2, notYet)),
            changed),
        new Due(
            "nothing is new", false, RUNNING, every, List.of(completed(1, elapsed, FIRST)), kept),
        new Due(
            "nothing but a trigger is new",
            false,
            RUNNING,
            every,
            List.of(completed(1, elapsed, FIRST)),
            List.of(tail(FIRST, snapshotted(3, 1), triggered(4, 2)))),
        new Due(
            "a subtask is new",
            true,
            RUNNING,
            every,
            List.of(completed(1, elapsed, FIRST)),
            List.of(kept.getFirst(), tail(SECOND, opened(1)))),
        new Due(
            "the last base is another checkpoint's",
            true,
            RUNNING,
            every,
            List.of(completed(1, elapsed, FIRST)),
            List.of(tail(FIRST, snapshotted(3, 2)))));
  }

  @ParameterizedTest
  @MethodSource
  void due(Due row) {
    Optional<CheckpointId> latest =
        row.checkpoints.stream()
            .filter(Checkpoint.Completed.class::isInstance)
            .map(Checkpoint::id)
            .findFirst();

    assertThat(
            decisions
                .checkpointing()
                .isDue(
                    job(row.status, 1, latest, row.interval),
                    row.checkpoints,
                    row.tails,
                    Duration.ZERO,
                    NOON))
        .isEqualTo(row.due);
  }

  @Test
  void afterARestoreTheOldCheckpointDoesNotStandForTheState() {
    Job restored = job(RUNNING, 2, Optional.of(id(1)), Optional.of(INTERVAL));

    assertThat(
            decisions
                .checkpointing()
                .isDue(
                    restored,
                    List.of(completed(1, NOON.minus(INTERVAL), FIRST)),
                    List.of(tail(FIRST, snapshotted(3, 1))),
                    Duration.ZERO,
                    NOON))
        .isTrue();
  }

  @Test
  void checkpointsThatFailAreCountedFromTheLastThatDidNot() {
    Checkpoint aborted = aborted(2, NOON);
    assertThat(decisions.checkpointing().failedInARow(List.of())).isZero();
    assertThat(decisions.checkpointing().failedInARow(List.of(aborted(1, NOON), aborted)))
        .isEqualTo(2);
    assertThat(
            decisions
                .checkpointing()
                .failedInARow(
                    List.of(
                        aborted(4, NOON), completed(1, NOON, FIRST), aborted, aborted(3, NOON))))
        .isEqualTo(3);
    assertThat(decisions.checkpointing().failedInARow(List.of(aborted, completed(3, NOON, FIRST))))
        .isZero();
  }

  // ---------------------------------------------------------------- what a subtask is told

  private record Asked(String name, Asking request, JournalTail tail) {
    @Override
    public String toString() {
      return name + " → " + request;
    }
  }

  static Stream<Asked> request() {
    return Stream.of(
        new Asked(
            "records applied since the base", Asking.TRIGGER, tail(FIRST, opened(1), advanced(2))),
        new Asked(
            "just opened",
            Asking.CARRY_FORWARD,
            tail(FIRST, new Entry.Opened(header(1, 1, Writer.COORDINATOR), ORIGIN))),
        new Asked("opened by a task, nothing since", Asking.CARRY_FORWARD, tail(FIRST, opened(1))),
        new Asked(
            "unchanged since its last snapshot",
            Asking.CARRY_FORWARD,
            tail(FIRST, snapshotted(3, 1))),
        new Asked(
            "unchanged, an earlier trigger timed out",
            Asking.CARRY_FORWARD,
            tail(FIRST, snapshotted(3, 1), triggered(4, 1))),
        new Asked(
            "asked already", Asking.NONE, tail(FIRST, opened(1), advanced(2), triggered(3, 2))),
        new Asked("answered already", Asking.NONE, tail(FIRST, snapshotted(4, 2))),
        new Asked(
            "answered, and gone on", Asking.NONE, tail(FIRST, snapshotted(4, 2), advanced(5))),
        new Asked(
            "of another epoch",
            Asking.NONE,
            tail(FIRST, new Entry.Opened(header(1, 2, Writer.MAPPING), ORIGIN), advanced(2, 2))));
  }

  @ParameterizedTest
  @MethodSource
  void request(Asked row) {
    assertThat(decisions.checkpointing().request(pending(2, NOON, FIRST), row.tail))
        .isEqualTo(row.request);
  }

  @ParameterizedTest
  @CsvSource({"5, true", "6, true", "4, false"})
  void whoWasAskedIsWokenOnceSilentForLongEnough(long silentSeconds, boolean woken) {
    JournalTail asked = tail(FIRST, opened(1), advanced(2), triggered(3, 2));

    assertThat(
            decisions
                .checkpointing()
                .needsWake(
                    pending(2, NOON, FIRST),
                    asked,
                    Duration.ofSeconds(5),
                    NOON.plusSeconds(silentSeconds)))
        .isEqualTo(woken);
  }

  @Test
  void whoWasNotAskedIsNotWoken() {
    JournalTail notAsked = tail(FIRST, opened(1), advanced(2), triggered(3, 1));

    assertThat(
            decisions
                .checkpointing()
                .needsWake(pending(2, NOON, FIRST), notAsked, Duration.ZERO, NOON.plusSeconds(9)))
        .isFalse();
  }

  // ---------------------------------------------------------------- what becomes of a pending
  // checkpoint

  private record Resolved(
      String name, Resolution resolution, long epoch, Duration age, List<Acknowledgement> answers) {
    @Override
    public String toString() {
      return name + " → " + resolution.getClass().getSimpleName();
    }
  }

  static Stream<Resolved> resolve() {
    Acknowledgement.Acknowledged first = acknowledged(FIRST);
    Acknowledgement.Acknowledged second = acknowledged(SECOND);
    Acknowledgement declined =
        new Acknowledgement.Declined(
            SECOND, id(2), FailureReason.STORAGE, "its state could not be stored: 503");
    Resolution waiting = new Resolution.Waiting();
    Duration young = TIMEOUT.minusMillis(1);
    return Stream.of(
        new Resolved("no answer yet", waiting, 1, young, List.of()),
        new Resolved("one of two answers", waiting, 1, young, List.of(first)),
        new Resolved(
            "both answers",
            new Resolution.Complete(List.of(first, second)),
            1,
            Duration.ZERO,
            List.of(first, second)),
        new Resolved(
            "both answers, the last one late",
            new Resolution.Complete(List.of(first, second)),
            1,
            TIMEOUT.multipliedBy(9),
            List.of(first, second)),
        new Resolved(
            "one declined",
            new Resolution.Abort(
                Failure.of(
                    FailureReason.STORAGE,
                    SECOND,
                    "delay/shardId-000000000001 declined: its state could not be stored: 503")),
            1,
            young,
            List.of(first, declined)),
        new Resolved(
            "one answer missing at the timeout",
            new Resolution.Abort(
                Failure.of(
                    FailureReason.EXPIRED,
                    SECOND,
                    "delay/shardId-000000000001 sent no acknowledgement in 60.0 s")),
            1,
            TIMEOUT,
            List.of(first)),
        new Resolved(
            "both answers missing at the timeout",
            new Resolution.Abort(
                Failure.of(
                    FailureReason.EXPIRED,
                    FIRST,
                    "delay/shardId-000000000000 and 1 more sent no acknowledgement in 60.0 s")),
            1,
            TIMEOUT,
            List.of()),
        new Resolved(
            "the job was restored",
            new Resolution.Abort(
                Failure.of(FailureReason.RESTORED_OVER, "the job has gone on to another epoch")),
            2,
            Duration.ZERO,
            List.of(first, second)));
  }

  @ParameterizedTest
  @MethodSource
  void resolve(Resolved row) {
    Job job = job(RUNNING, row.epoch, Optional.empty(), Optional.of(INTERVAL));

    assertThat(
            decisions
                .checkpointing()
                .resolve(job, pending(2, NOON, FIRST, SECOND), row.answers, NOON.plus(row.age)))
        .isEqualTo(row.resolution);
  }

  @Test
  void aLaterCheckpointThatIsCompleteStandsForAnEarlierOneAndForNoSavepoint() {
    Acknowledgement declined =
        new Acknowledgement.Declined(FIRST, id(2), FailureReason.STORAGE, "503");
    Checkpoint.Pending second = pending(2, NOON, FIRST);
    Checkpoint.Triggering asked = second.trigger();
    Checkpoint.Pending savepoint =
        new Checkpoint.Pending(
            new Checkpoint.Triggering(
                JOB,
                id(2),
                asked.epoch(),
                NOON,
                asked.expected(),
                Optional.of(
                    new Checkpoint.Savepoint(Optional.empty(), FilePath.of("savepoints", "2"))),
                "savepoint"),
            second.subtasks());
    Job later = job(RUNNING, 1, Optional.of(id(3)), Optional.of(INTERVAL));
    Job earlier = job(RUNNING, 1, Optional.of(id(1)), Optional.of(INTERVAL));

    assertThat(decisions.checkpointing().resolve(later, second, List.of(declined), NOON))
        .isEqualTo(
            new Resolution.Abort(
                Failure.of(FailureReason.SUBSUMED, "checkpoint 3 was completed before it")));
    assertThat(decisions.checkpointing().resolve(earlier, second, List.of(), NOON))
        .isEqualTo(new Resolution.Waiting());
    assertThat(decisions.checkpointing().resolve(later, savepoint, List.of(), NOON))
        .isEqualTo(new Resolution.Waiting());
  }

  // ---------------------------------------------------------------- the rest

  @Test
  void theFrontierIsTheFurthestEverApplied() {
    Header back = header(5, 2, Writer.COORDINATOR);
    Position further = Position.after(new SequenceNumber("700"));
    Header ahead = back.at(further, new SequenceNumber("1"), Counts.NONE);

    assertThat(decisions.journals().frontier(back)).isEqualTo(back.frontier());
    assertThat(decisions.journals().frontier(ahead)).isEqualTo(further);
  }

  @ParameterizedTest
  @CsvSource({"1, 3", "2, 2", "3, 1", "4, 0", "9, 0"})
  void theOldestCompletedGiveWay(int numRetained, int subsumed) {
    List<Checkpoint> four = new ArrayList<>();
    LongStream.of(7, 2, 9, 4).forEach(n -> four.add(completed(n, NOON, FIRST)));
    four.add(aborted(8, NOON));
    four.add(pending(10, NOON, FIRST));

    assertThat(decisions.collecting().subsumed(retaining(), four, numRetained))
        .extracting(Checkpoint::id)
        .isEqualTo(Stream.of(2L, 4L, 7L).limit(subsumed).map(CheckpointId::new).toList());
  }

  private static Job retaining(long... pinned) {
    Job job = Job.create(JOB, CheckpointSettings.DEFAULTS);
    for (long id : pinned) {
      job = job.pinning(id(id));
    }
    return job;
  }

  /** One letter for each checkpoint from 1 on: the state that it holds. */
  private List<Checkpoint> holding(String states) {
    List<Checkpoint> checkpoints = new ArrayList<>();
    for (int i = 0; i < states.length(); i++) {
      Checkpoint.Completed completed = completed(i + 1, NOON, FIRST);
      checkpoints.add(
          new Checkpoint.Completed(
              completed.trigger(),
              completed.completedAt(),
              completed.metadata(),
              completed.fullSizeBytes(),
              completed.incrementalSizeBytes(),
              completed.answered(),
              Optional.of(Sha256.of(new byte[] {(byte) states.charAt(i)}))));
    }
    return checkpoints;
  }

  private List<Long> kept(String states, int numRetained, long... pinned) {
    List<Checkpoint> all = holding(states);
    List<Checkpoint> kept = new ArrayList<>(all);
    kept.removeAll(decisions.collecting().subsumed(retaining(pinned), all, numRetained));
    return kept.stream().map(checkpoint -> checkpoint.id().value()).toList();
  }

  @Test
  void whatHoldsNothingNewDisplacesNothing() {
    assertThat(kept("ABCDE", 3)).containsExactly(3L, 4L, 5L);
    assertThat(kept("ABCDEEEE", 3))
        .as("the first of a state, and the latest")
        .containsExactly(3L, 4L, 5L, 8L);
    assertThat(kept("ABCDEEEEF", 3)).containsExactly(4L, 5L, 9L);
    assertThat(kept("ABCDEB", 3)).as("after a restore to B").containsExactly(2L, 4L, 5L, 6L);
    assertThat(kept("ABCDEB", 1)).containsExactly(2L, 6L);
    assertThat(kept("ABABAB", 5)).containsExactly(1L, 2L, 6L);
    assertThat(kept("AAAA", 0)).isEmpty();
  }

  @Test
  void whatIsPinnedStaysAndTakesNoPlace() {
    assertThat(kept("ABCDE", 2, 1, 3)).containsExactly(1L, 3L, 4L, 5L);
    assertThat(kept("ABCDE", 0, 2)).containsExactly(2L);
    assertThat(kept("ABCDE", 1, 5)).as("the latest is pinned").containsExactly(4L, 5L);
  }

  @Test
  void aFileIsAbandonedOnlyOnceAnEntryOtherThanATriggerFollowsItsBase() {
    Layout.Owned prepared = new Layout.Owned(FIRST, new Revision(2), new EntryId("x"));

    assertThat(decisions.collecting().isAbandoned(prepared, tail(FIRST, opened(1), advanced(2))))
        .isFalse();
    assertThat(
            decisions
                .collecting()
                .isAbandoned(prepared, tail(FIRST, opened(1), advanced(2), triggered(3, 1))))
        .isFalse();
    assertThat(
            decisions
                .collecting()
                .isAbandoned(
                    prepared, tail(FIRST, opened(1), advanced(2), triggered(3, 1), advanced(4))))
        .isTrue();
    assertThat(decisions.collecting().isAbandoned(prepared, tail(FIRST, snapshotted(3, 1))))
        .isTrue();
  }

  @ParameterizedTest
  @CsvSource({"899, false", "900, false", "901, true"})
  void aFileIsOldOnceNoInvocationCanStillBeWritingIt(long ageSeconds, boolean old) {
    Stored file = new Stored(FilePath.of("delays", "f"), 1, Optional.empty(), NOON);

    assertThat(
            decisions
                .collecting()
                .isOld(file, Duration.ofMinutes(15), NOON.plusSeconds(ageSeconds)))
        .isEqualTo(old);
  }

  @Test
  void metadataIsAbandonedOnceItsCheckpointEndedWithoutIt() {
    Job job =
        new Job(
            JOB,
            RUNNING,
            new Epoch(1),
            id(6),
            Optional.empty(),
            Optional.empty(),
            CheckpointSettings.DEFAULTS,
            Optional.empty(),
            Optional.empty(),
            Optional.empty());
    List<Checkpoint> checkpoints =
        List.of(
            completed(2, NOON, FIRST),
            aborted(3, NOON),
            new Checkpoint.Subsumed(completed(4, NOON, FIRST)),
            pending(5, NOON, FIRST));

    assertThat(
            IntStream.rangeClosed(1, 7)
                .filter(n -> decisions.collecting().isMetadataAbandoned(id(n), job, checkpoints)))
        .as("1 is forgotten, 3 aborted, 4 subsumed; 6 and 7 are still to come")
        .containsExactly(1, 3, 4);
  }

  @Test
  void whatWasReadBelongsTogetherOnlyWithinAnEpochOfARunningJob() {
    Job job = job(RUNNING, 1, Optional.empty(), Optional.empty());

    assertThat(decisions.collecting().isSameEpoch(job, job)).isTrue();
    assertThat(
            decisions
                .collecting()
                .isSameEpoch(job, job(RUNNING, 2, Optional.empty(), Optional.empty())))
        .isFalse();
    assertThat(
            decisions
                .collecting()
                .isSameEpoch(
                    job,
                    job(
                        new JobStatus.Restoring(Restoration.of(id(1))),
                        1,
                        Optional.empty(),
                        Optional.empty())))
        .isFalse();
  }

  @Test
  void whatNobodyKnowsTheSubtasksOfIsAbortedAndNeverComplete() {
    Checkpoint.Pending listed = pending(7, NOON, subtask(0));
    Checkpoint.Pending unlisted = new Checkpoint.Pending(listed.trigger(), new TreeSet<>());

    assertThat(
            decisions
                .checkpointing()
                .resolve(
                    job(new JobStatus.Running(), 1, Optional.empty(), Optional.empty()),
                    unlisted,
                    List.of(),
                    NOON))
        .isEqualTo(
            new Resolution.Abort(
                Failure.of(
                    FailureReason.EXPIRED,
                    "the list of its subtasks expired: nobody looked at it for weeks")));
  }

  @Test
  void recoversTheNewestOrTheNewestCheckpointBeforeAnySavepoint() {
    List<Checkpoint> all =
        List.of(
            savepoint(1),
            completed(2, NOON, FIRST),
            aborted(3, NOON),
            savepoint(4),
            completed(5, NOON, FIRST),
            savepoint(6),
            new Checkpoint.Subsumed(completed(7, NOON, FIRST)),
            pending(8, NOON, FIRST));
    Job either = job(new JobStatus.Running(), 1, Optional.empty(), Optional.empty());
    Job preferring =
        new Job(
            JOB,
            either.status(),
            either.epoch(),
            either.next(),
            either.latest(),
            either.undo(),
            new CheckpointSettings(
                either
                    .settings()
                    .configuration()
                    .with(Options.PREFER_CHECKPOINT_FOR_RECOVERY, true, SettingSource.CONSTRUCT)),
            Optional.empty(),
            Optional.empty(),
            Optional.empty());

    assertThat(decisions.restoring().recoverable(either, all))
        .extracting(Checkpoint::id)
        .containsExactly(id(6), id(5), id(4), id(2), id(1));
    assertThat(decisions.restoring().recoverable(preferring, all))
        .extracting(Checkpoint::id)
        .containsExactly(id(5), id(2), id(6), id(4), id(1));
    assertThat(
            decisions.restoring().recoverable(preferring, List.of(savepoint(1), aborted(2, NOON))))
        .as("rather than nothing")
        .extracting(Checkpoint::id)
        .containsExactly(id(1));
  }

  private static Checkpoint.Completed savepoint(long n) {
    Checkpoint.Completed plain = completed(n, NOON, FIRST);
    Checkpoint.Triggering of = plain.trigger();
    return new Checkpoint.Completed(
        new Checkpoint.Triggering(
            of.job(),
            of.id(),
            of.epoch(),
            of.triggeredAt(),
            of.expected(),
            Optional.of(
                new Checkpoint.Savepoint(
                    Optional.empty(), FilePath.of("savepoints", "savepoint-" + n))),
            "savepoint"),
        plain.completedAt(),
        plain.metadata(),
        0,
        0);
  }

  // ---------------------------------------------------------------- what the rows are made of

  private static SubtaskId subtask(int shard) {
    return new SubtaskId(
        JOB, new StageId("delay"), new ShardId(String.format(Locale.ROOT, "shardId-%012d", shard)));
  }

  private static CheckpointId id(long n) {
    return new CheckpointId(n);
  }

  private static Job job(
      JobStatus status, long epoch, Optional<CheckpointId> latest, Optional<Duration> interval) {
    return new Job(
        JOB,
        status,
        new Epoch(epoch),
        id(99),
        latest,
        Optional.empty(),
        new CheckpointSettings(interval, TIMEOUT, 1),
        Optional.empty(),
        Optional.empty(),
        Optional.empty());
  }

  private static Checkpoint.Triggering triggering(long n, Instant at, SubtaskId... expected) {
    return new Checkpoint.Triggering(
        JOB, id(n), new Epoch(1), at, Expected.of(new TreeSet<>(Set.of(expected))));
  }

  private static Checkpoint.Pending pending(long n, Instant at, SubtaskId... expected) {
    return new Checkpoint.Pending(triggering(n, at, expected), new TreeSet<>(Set.of(expected)));
  }

  private static Checkpoint.Completed completed(long n, Instant at, SubtaskId... expected) {
    FileRef metadata = new FileRef(Layout.metadata(JOB, id(n)), 0, Sha256.of(new byte[0]));
    return new Checkpoint.Completed(triggering(n, at, expected), at, metadata, 0, 0);
  }

  private static Checkpoint.Aborted aborted(long n, Instant at) {
    return new Checkpoint.Aborted(
        triggering(n, at, FIRST), at, Failure.of(FailureReason.EXPIRED, "for this test"));
  }

  private static Acknowledgement.Acknowledged acknowledged(SubtaskId subtask) {
    return new Acknowledgement.Acknowledged(subtask, id(2), Optional.empty(), 0, 0);
  }

  private static JournalTail tail(SubtaskId subtask, Entry.Base base, Entry... since) {
    return new JournalTail(subtask, base, List.of(since));
  }

  private static Header header(long revision, long epoch, Writer writer) {
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

  private static Entry.Opened opened(long revision) {
    return new Entry.Opened(header(revision, 1, Writer.MAPPING), ORIGIN);
  }

  private static Entry.Advanced advanced(long revision) {
    return advanced(revision, 1);
  }

  private static Entry.Advanced advanced(long revision, long epoch) {
    return Entry.Advanced.of(
        header(revision, epoch, Writer.MAPPING),
        Position.beginning(),
        Payload.NONE,
        List.of(),
        List.of());
  }

  private static Entry.Triggered triggered(long revision, long checkpoint) {
    return Entry.Triggered.of(
        header(revision, 1, Writer.COORDINATOR), id(checkpoint), Optional.empty());
  }

  private static Entry.Snapshotted snapshotted(long revision, long checkpoint) {
    return new Entry.Snapshotted(
        header(revision, 1, Writer.MAPPING),
        id(checkpoint),
        ORIGIN,
        StateHandle.EMPTY,
        Channels.EMPTY);
  }
}
