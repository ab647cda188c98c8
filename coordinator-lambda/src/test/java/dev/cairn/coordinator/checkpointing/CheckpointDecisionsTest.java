package dev.cairn.coordinator.checkpointing;

import static dev.cairn.coordinator.Samples.FIRST;
import static dev.cairn.coordinator.Samples.INTERVAL;
import static dev.cairn.coordinator.Samples.NOON;
import static dev.cairn.coordinator.Samples.ORIGIN;
import static dev.cairn.coordinator.Samples.RUNNING;
import static dev.cairn.coordinator.Samples.SECOND;
import static dev.cairn.coordinator.Samples.TIMEOUT;
import static dev.cairn.coordinator.Samples.aborted;
import static dev.cairn.coordinator.Samples.acknowledged;
import static dev.cairn.coordinator.Samples.advanced;
import static dev.cairn.coordinator.Samples.bySubtask;
import static dev.cairn.coordinator.Samples.completed;
import static dev.cairn.coordinator.Samples.header;
import static dev.cairn.coordinator.Samples.id;
import static dev.cairn.coordinator.Samples.job;
import static dev.cairn.coordinator.Samples.opened;
import static dev.cairn.coordinator.Samples.pending;
import static dev.cairn.coordinator.Samples.pendingSavepoint;
import static dev.cairn.coordinator.Samples.snapshotted;
import static dev.cairn.coordinator.Samples.tail;
import static dev.cairn.coordinator.Samples.triggered;
import static dev.cairn.coordinator.Samples.view;
import static org.assertj.core.api.Assertions.assertThat;

import dev.cairn.checkpoint.Acknowledgement;
import dev.cairn.checkpoint.Checkpoint;
import dev.cairn.checkpoint.Failure;
import dev.cairn.checkpoint.FailureReason;
import dev.cairn.coordinator.checkpointing.CheckpointDecisions.Resolution;
import dev.cairn.coordinator.journals.JournalGuards;
import dev.cairn.coordinator.journals.JournalTail;
import dev.cairn.id.CheckpointId;
import dev.cairn.id.Epoch;
import dev.cairn.job.Job;
import dev.cairn.job.JobStatus;
import dev.cairn.job.Restoration;
import dev.cairn.journal.Entry;
import dev.cairn.journal.Entry.Writer;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Rows of what was read and when → when a checkpoint begins, what it requests, how it ends. */
class CheckpointDecisionsTest {
  private static final Duration IDLE = Duration.ofSeconds(5);

  private final CheckpointDecisions decisions =
      new CheckpointDecisions(JournalGuards.ALL, CheckpointGuards.ALL);

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
            decisions.isDue(
                view(job(row.status, 1, latest, row.interval), row.checkpoints, row.tails),
                Duration.ZERO,
                NOON))
        .isEqualTo(row.due);
  }

  @Test
  void afterARestoreTheOldCheckpointDoesNotStandForTheState() {
    Job restored = job(RUNNING, 2, Optional.of(id(1)), Optional.of(INTERVAL));

    assertThat(
            decisions.isDue(
                view(
                    restored,
                    List.of(completed(1, NOON.minus(INTERVAL), FIRST)),
                    tail(FIRST, snapshotted(3, 1))),
                Duration.ZERO,
                NOON))
        .isTrue();
  }

  @Test
  void theNextCheckpointExpectsEverySubtaskThatWasOpened() {
    Checkpoint.Pending next =
        decisions.next(
            job(RUNNING),
            List.of(tail(SECOND, opened(1)), tail(FIRST, opened(1))),
            Optional.empty(),
            "checkpoint",
            NOON);

    assertThat(next.subtasks()).containsExactly(FIRST, SECOND);
    assertThat(next.trigger().expected().count()).isEqualTo(2);
    assertThat(next.id()).isEqualTo(id(99));
    assertThat(next.trigger().epoch()).isEqualTo(new Epoch(1));
    assertThat(next.trigger().cause()).isEqualTo("checkpoint");
  }

  // ---------------------------------------------------------------- what a subtask is asked for

  private record Requested(String name, String request, JournalTail tail, boolean isSavepoint) {
    Requested(String name, String request, JournalTail tail) {
      this(name, request, tail, false);
    }

    @Override
    public String toString() {
      return name + " → " + request;
    }
  }

  static Stream<Requested> request() {
    return Stream.of(
        new Requested(
            "records applied since the base", "Trigger", tail(FIRST, opened(1), advanced(2))),
        new Requested(
            "just opened",
            "CarryForward",
            tail(FIRST, new Entry.Opened(header(1, 1, Writer.COORDINATOR), ORIGIN))),
        new Requested("opened by a task, nothing since", "CarryForward", tail(FIRST, opened(1))),
        new Requested(
            "unchanged since its last snapshot", "CarryForward", tail(FIRST, snapshotted(3, 1))),
        new Requested(
            "unchanged, but a savepoint holds its files itself",
            "Trigger",
            tail(FIRST, snapshotted(3, 1)),
            true),
        new Requested(
            "unchanged, an earlier trigger timed out",
            "CarryForward",
            tail(FIRST, snapshotted(3, 1), triggered(4, 1))),
        new Requested(
            "asked already", "nothing", tail(FIRST, opened(1), advanced(2), triggered(3, 2))),
        new Requested("acknowledged already", "nothing", tail(FIRST, snapshotted(4, 2))),
        new Requested(
            "acknowledged, and gone on", "nothing", tail(FIRST, snapshotted(4, 2), advanced(5))),
        new Requested(
            "of another epoch",
            "nothing",
            tail(FIRST, new Entry.Opened(header(1, 2, Writer.MAPPING), ORIGIN), advanced(2, 2))));
  }

  @ParameterizedTest
  @MethodSource
  void request(Requested row) {
    Checkpoint.Pending pending =
        row.isSavepoint ? pendingSavepoint(2, NOON, FIRST) : pending(2, NOON, FIRST);

    assertThat(
            decisions
                .request(pending, row.tail, IDLE, NOON)
                .map(request -> request.getClass().getSimpleName())
                .orElse("nothing"))
        .isEqualTo(row.request);
  }

  @ParameterizedTest
  @CsvSource({"5, true", "6, true", "4, false"})
  void aSubtaskThatWasAskedIsWokenOnceItIsSilentForLongEnough(long silentSeconds, boolean woken) {
    JournalTail asked = tail(FIRST, opened(1), advanced(2), triggered(3, 2));
    Instant now = NOON.plusSeconds(silentSeconds);

    assertThat(decisions.request(pending(2, NOON, FIRST), asked, IDLE, now))
        .isEqualTo(woken ? Optional.of(new SubtaskRequest.Wake(asked)) : Optional.empty());
  }

  @ParameterizedTest
  @CsvSource({"5, true", "6, true", "4, false"})
  void aTriggerWakesASubtaskThatIsSilent(long silentSeconds, boolean wakes) {
    JournalTail changed = tail(FIRST, opened(1), advanced(2), triggered(3, 1));
    Instant now = NOON.plusSeconds(silentSeconds);

    assertThat(decisions.request(pending(2, NOON, FIRST), changed, IDLE, now))
        .contains(new SubtaskRequest.Trigger(changed, wakes));
  }

  @Test
  void onlySubtasksThatAreExpectedAndHaveNotAcknowledgedAreAsked() {
    JournalTail first = tail(FIRST, opened(1), advanced(2));
    JournalTail second = tail(SECOND, snapshotted(3, 1));
    List<JournalTail> both = List.of(first, second);
    Checkpoint.Pending pending = pending(2, NOON, FIRST, SECOND);

    assertThat(decisions.requests(pending, bySubtask(both), Set.of(), IDLE, NOON))
        .containsExactly(
            new SubtaskRequest.Trigger(first, false), new SubtaskRequest.CarryForward(second));
    assertThat(decisions.requests(pending, bySubtask(both), Set.of(FIRST), IDLE, NOON))
        .containsExactly(new SubtaskRequest.CarryForward(second));
    assertThat(decisions.requests(pending(2, NOON, FIRST), bySubtask(both), Set.of(), IDLE, NOON))
        .containsExactly(new SubtaskRequest.Trigger(first, false));
  }

  // ---------------------------------------------------------------- how a pending one ends

  private record Resolved(
      String name,
      Resolution resolution,
      long epoch,
      Duration age,
      List<Acknowledgement> acknowledgements) {
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
        new Resolved("no acknowledgement yet", waiting, 1, young, List.of()),
        new Resolved("one of two", waiting, 1, young, List.of(first)),
        new Resolved(
            "both",
            new Resolution.Complete(List.of(first, second)),
            1,
            Duration.ZERO,
            List.of(first, second)),
        new Resolved(
            "both, the last one late",
            new Resolution.Complete(List.of(first, second)),
            1,
            TIMEOUT.multipliedBy(9),
            List.of(first, second)),
        new Resolved(
            "one declined",
            abort(
                FailureReason.STORAGE,
                "delay/shardId-000000000001 declined: its state could not be stored: 503"),
            1,
            young,
            List.of(first, declined)),
        new Resolved(
            "one missing at the timeout",
            abort(
                FailureReason.EXPIRED,
                "delay/shardId-000000000001 sent no acknowledgement in 60.0 s"),
            1,
            TIMEOUT,
            List.of(first)),
        new Resolved(
            "both missing at the timeout",
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
                Failure.of(FailureReason.RESTORED_OVER, "the job has advanced to another epoch")),
            2,
            Duration.ZERO,
            List.of(first, second)));
  }

  private static Resolution abort(FailureReason reason, String message) {
    return new Resolution.Abort(Failure.of(reason, SECOND, message));
  }

  @ParameterizedTest
  @MethodSource
  void resolve(Resolved row) {
    Job job = job(RUNNING, row.epoch, Optional.empty(), Optional.of(INTERVAL));

    assertThat(
            decisions.resolve(
                job, pending(2, NOON, FIRST, SECOND), row.acknowledgements, NOON.plus(row.age)))
        .isEqualTo(row.resolution);
  }

  @Test
  void aLaterCheckpointThatIsCompleteStandsForAnEarlierOneAndForNoSavepoint() {
    Acknowledgement declined =
        new Acknowledgement.Declined(FIRST, id(2), FailureReason.STORAGE, "503");
    Checkpoint.Pending second = pending(2, NOON, FIRST);
    Checkpoint.Pending savepoint = pendingSavepoint(2, NOON, FIRST);
    Job later = job(RUNNING, 1, Optional.of(id(3)), Optional.of(INTERVAL));
    Job earlier = job(RUNNING, 1, Optional.of(id(1)), Optional.of(INTERVAL));

    assertThat(decisions.resolve(later, second, List.of(declined), NOON))
        .isEqualTo(
            new Resolution.Abort(
                Failure.of(FailureReason.SUBSUMED, "checkpoint 3 was completed before it")));
    assertThat(decisions.resolve(earlier, second, List.of(), NOON))
        .isEqualTo(new Resolution.Waiting());
    assertThat(decisions.resolve(later, savepoint, List.of(), NOON))
        .isEqualTo(new Resolution.Waiting());
  }

  @Test
  void aCheckpointWhoseListOfSubtasksHasExpiredIsAbortedAndNeverComplete() {
    Checkpoint.Pending unlisted =
        new Checkpoint.Pending(pending(7, NOON, FIRST).trigger(), new TreeSet<>());

    assertThat(decisions.resolve(job(RUNNING), unlisted, List.of(), NOON))
        .isEqualTo(
            new Resolution.Abort(
                Failure.of(
                    FailureReason.EXPIRED,
                    "the list of its subtasks has expired: no coordinator has read it for weeks")));
  }

  @Test
  void checkpointsThatFailAreCountedFromTheLastThatDidNot() {
    Checkpoint aborted = aborted(2, NOON);

    assertThat(CheckpointDecisions.failedInARow(List.of())).isZero();
    assertThat(CheckpointDecisions.failedInARow(List.of(aborted(1, NOON), aborted))).isEqualTo(2);
    assertThat(
            CheckpointDecisions.failedInARow(
                List.of(aborted(4, NOON), completed(1, NOON, FIRST), aborted, aborted(3, NOON))))
        .isEqualTo(3);
    assertThat(CheckpointDecisions.failedInARow(List.of(aborted, completed(3, NOON, FIRST))))
        .isZero();
  }
}
