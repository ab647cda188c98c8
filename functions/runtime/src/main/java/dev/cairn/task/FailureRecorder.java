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
 * Journals that a shard cannot go on, and when it is tried again. That way whichever container gets
 * its next batch knows, and so does the coordinator; neither needs to be told.
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
   * A failure to be recorded.
   *
   * @param at the journal's head when the shard failed: what is known to be wrong is wrong there
   * @param record the record that is to blame; empty if no single record is
   * @param attempt how the shard was looking for a record at fault when it failed
   * @param isolation how the next attempt goes on
   * @param waiting the record right after the position, if it is known
   * @param mayGiveUp whether this failure may be the last one that the restart strategy bears; not
   *     of a record that will be set aside instead
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

    /** A failure of the shard, whatever the next record is. */
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

  /** Whether a record that may not be at fault has failed often enough on its own. */
  static boolean isExhausted(Header head, FailureReason reason, SequenceNumber record) {
    int alone =
        head.failing()
            .filter(one -> one.reason() == reason && one.record().equals(Optional.of(record)))
            .map(ShardFailure::ofReason)
            .orElse(0);
    return alone + 1 >= MOST_ATTEMPTS_ALONE;
  }

  /**
   * Records that the next attempt is to go on in smaller steps. That is no failure yet: if nothing
   * fails then, nothing has failed.
   */
  void narrow(SubtaskId subtask, Header at, int records, Writer writer) {
    Optional<Isolation> steps = Optional.of(new Isolation.Steps(records));
    try {
      session.append(
          subtask, at, (head, next) -> Optional.of(new Entry.Suspected(next.with(steps))), writer);
    } catch (OutcomeUnknownException e) {
      // The next attempt finds out.
    }
  }

  /**
   * Counts one more failure, provided that the journal has not gone on since the shard failed. A
   * report that comes late, because its container was slow or had been given up, must not make a
   * shard fail that has long gone on. Costs a query, a read and a put, of a shard that does not go
   * on anyway.
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
      // The invocation fails all the same, and the mapping tries again.
    }
  }

  /** Reports a failure that an error caused. What keeps the report from the journal is added. */
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
   * @return an exception that says so
   */
  TaskException stopped(
      Subtask<?> subtask, UncommittedBatch.Stop stop, String cannot, Writer writer) {
    String what = "record " + stop.record() + ": " + stop.fault().message();
    TaskException exception =
        new TaskException(
            subtask.id() + " " + cannot + stop.record() + ": " + stop.fault().message(),
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
                Optional.of(stop.record()),
                stop.attempt(),
                isolation,
                Optional.of(stop.record()),
                !isTriedAlone || settings.failurePolicy() == FailurePolicy.FAIL),
            writer);
      }
      case Fault.OfShard(FailureReason reason, String message) ->
          reportBeside(
              exception,
              Report.ofShard(
                  subtask.id(), subtask.head(), reason, what, Optional.of(stop.record())),
              writer);
      case Fault.None n -> {}
    }
    return exception;
  }

  /** Whether it was no attempt, but the same failure met again, or the job halts. */
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
   * Whether another container has recorded already that the process of an attempt ended: two that
   * find the same marker must not count one attempt twice.
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

  /** An id is as random as anything here, and replays with the seed. */
  private static double jitter(EntryId id) {
    return (id.hashCode() & Integer.MAX_VALUE) / (Integer.MAX_VALUE + 1.0);
  }
}
