package dev.cairn.task;

import dev.cairn.checkpoint.FailureReason;
import dev.cairn.id.EntryId;
import dev.cairn.id.SequenceNumber;
import dev.cairn.id.SubtaskId;
import dev.cairn.job.Job;
import dev.cairn.journal.Entry;
import dev.cairn.journal.Entry.Header;
import dev.cairn.journal.Entry.Writer;
import dev.cairn.journal.Isolation;
import dev.cairn.journal.OutcomeUnknownException;
import dev.cairn.journal.ShardFailure;
import dev.cairn.restart.FailureHistory;
import dev.cairn.restart.RestartStrategy.Decision;
import dev.cairn.restart.RestartStrategy.Verdict;
import dev.cairn.task.journalling.Fault;
import dev.cairn.task.journalling.JournalSession;
import dev.cairn.task.journalling.UncommittedBatch;
import dev.cairn.task.ports.Message;
import dev.cairn.task.ports.TaskException;
import dev.cairn.task.ports.TaskPorts;
import dev.cairn.task.ports.TaskSettings;
import dev.cairn.task.ports.TaskSettings.FailurePolicy;
import dev.cairn.task.subtask.Subtask;
import java.time.Instant;
import java.util.Optional;

/**
 * Journals that a shard fails and when it is retried. From the journal, the container that gets the
 * shard's next batch knows it, and so does the coordinator.
 */
final class FailureRecorder {
  private static final int LONGEST_MESSAGE = 1000;
  private static final int MOST_ATTEMPTS_ALONE = 3;

  private final TaskSettings settings;
  private final TaskPorts ports;
  private final JournalSession session;

  FailureRecorder(TaskSettings settings, TaskPorts ports, JournalSession session) {
    this.settings = settings;
    this.ports = ports;
    this.session = session;
  }

  /**
   * A failure to record.
   *
   * @param at the journal's head when the shard failed
   * @param record the record that caused it; empty if no single record did
   * @param attempt the search for a faulty record at the time of the failure
   * @param isolation the search for the next attempt
   * @param waiting the record right after the position, if it is known
   * @param mayGiveUp whether the restart strategy may give the shard up after this failure; false
   *     for a record that will become a dead letter instead
   */
  record Report(
      SubtaskId subtask,
      Header at,
      FailureReason reason,
      String message,
      Optional<SequenceNumber> record,
      Optional<Isolation> attempt,
      Optional<Isolation> isolation,
      Optional<SequenceNumber> waiting,
      boolean mayGiveUp) {

    /** Creates a failure of the shard, independent of the next record. */
    static Report ofShard(
        SubtaskId subtask,
        Header at,
        FailureReason reason,
        String message,
        Optional<SequenceNumber> waiting) {
      return new Report(
          subtask,
          at,
          reason,
          message,
          Optional.empty(),
          at.isolation(),
          Optional.empty(),
          waiting,
          true);
    }
  }

  /** Whether a record that may not be the cause has failed often enough alone. */
  static boolean isExhausted(Header head, FailureReason reason, SequenceNumber record) {
    int alone =
        head.failing()
            .filter(one -> one.reason() == reason && one.record().equals(Optional.of(record)))
            .map(ShardFailure::ofReason)
            .orElse(0);
    return alone + 1 >= MOST_ATTEMPTS_ALONE;
  }

  /** Records that the next attempt uses smaller steps. This does not count as a failure. */
  void narrow(SubtaskId subtask, Header at, int records, Writer writer) {
    Optional<Isolation> steps = Optional.of(new Isolation.Steps(records));
    try {
      session.append(
          subtask, at, (head, next) -> Optional.of(new Entry.Suspected(next.with(steps))), writer);
    } catch (OutcomeUnknownException e) {
      // The next attempt finds the state of the journal.
    }
  }

  /**
   * Counts one more failure, provided that the journal has not advanced since the shard failed. A
   * late report of a slow container must not make a shard fail that has continued in the meantime.
   * It costs a query, a read and a put of a shard that is not making progress.
   */
  void report(Report failure, Writer writer) {
    Instant now = ports.clock().instant();
    if (isKnown(failure.at(), now)) {
      return;
    }
    try {
      Optional<Job> job = ports.checkpoints().job(failure.subtask().job());
      if (job.isPresent()) {
        session.append(
            failure.subtask(),
            failure.at(),
            (head, next) -> entry(failure, job.get(), head, next),
            writer);
      }
    } catch (OutcomeUnknownException e) {
      // The invocation fails in any case, and the mapping tries again.
    }
  }

  /**
   * Reports a failure that an error caused. If the report cannot be written, the reason is added to
   * the error.
   */
  void reportBeside(Throwable error, Report failure, Writer writer) {
    try {
      report(failure, writer);
    } catch (RuntimeException e) {
      error.addSuppressed(e);
    }
  }

  /**
   * Reports why work stopped before a record.
   *
   * @param cannot what the subtask cannot do with the record, for the message
   * @return an exception with this message
   */
  TaskException stopped(
      Subtask<?> subtask, UncommittedBatch.Stop stop, String cannot, Writer writer) {
    String what = "record " + stop.record().number() + ": " + stop.fault().message();
    Optional<SequenceNumber> record = Optional.of(stop.record().sequenceNumber());
    TaskException exception =
        new TaskException(
            subtask.id() + " " + cannot + stop.record().number() + ": " + stop.fault().message(),
            stop.cause());
    switch (stop.fault()) {
      case Fault.OfRecord(FailureReason reason, String message) -> {
        boolean isTriedAlone = StepwiseApplication.mayHaveAnotherCause(reason);
        Optional<Isolation> isolation =
            isTriedAlone ? Optional.of(new Isolation.Steps(1)) : Optional.empty();
        reportBeside(
            exception,
            new Report(
                subtask.id(),
                subtask.head(),
                reason,
                what,
                record,
                stop.attempt(),
                isolation,
                record,
                !isTriedAlone || settings.failurePolicy() == FailurePolicy.FAIL),
            writer);
      }
      case Fault.OfShard(FailureReason reason, String message) ->
          reportBeside(
              exception,
              Report.ofShard(subtask.id(), subtask.head(), reason, what, record),
              writer);
      case Fault.None n -> {}
    }
    return exception;
  }

  /** Whether there was no new attempt, because the shard is held up or the job is halted. */
  private static boolean isKnown(Header head, Instant now) {
    return head.suspended() || head.failing().stream().anyMatch(one -> one.isHeldUp(now));
  }

  private static Optional<Entry> entry(Report failure, Job job, Header head, Header next) {
    if (isRecorded(failure, head)) {
      return Optional.empty();
    }
    Header failed = next.with(failing(failure, head, job, next)).with(failure.isolation());
    return Optional.of(new Entry.Failed(failure.waiting().map(failed::waitingFor).orElse(failed)));
  }

  /**
   * Whether another container has already recorded that the process of an attempt ended: two
   * containers that find the same marker must not count the attempt twice.
   */
  private static boolean isRecorded(Report failure, Header head) {
    return failure.reason() == FailureReason.PROCESS_ENDED
        && !head.isolation().equals(failure.attempt());
  }

  private static ShardFailure failing(Report failure, Header head, Job job, Header next) {
    Optional<ShardFailure> before = head.failing();
    Decision decision =
        job.settings()
            .restartStrategy()
            .next(before.map(ShardFailure::failures), next.writtenAt(), jitter(next.id()));
    FailureHistory failures = decision.failures();
    int ofReason =
        before
            .filter(one -> one.reason() == failure.reason())
            .map(one -> Math.min(one.ofReason() + 1, failures.attempts()))
            .orElse(1);
    return new ShardFailure(
        failure.reason(),
        Message.shorten(failure.message(), LONGEST_MESSAGE),
        failures,
        (failure.mayGiveUp() && decision.verdict() instanceof Verdict.GiveUp)
            || failure.reason().isFinal(),
        ofReason,
        failure.record(),
        failure.record().isPresent() ? Optional.empty() : before.flatMap(ShardFailure::nextRecord));
  }

  /** The random number is derived from the entry's id, so that a simulation repeats it. */
  private static double jitter(EntryId id) {
    return (id.hashCode() & Integer.MAX_VALUE) / (Integer.MAX_VALUE + 1.0);
  }
}
