package dev.cairn.task;

import dev.cairn.checkpoint.FailureReason;
import dev.cairn.checkpoint.Job;
import dev.cairn.id.EntryId;
import dev.cairn.id.SubtaskId;
import dev.cairn.journal.Entry;
import dev.cairn.journal.Entry.Header;
import dev.cairn.journal.Entry.Writer;
import dev.cairn.journal.Failing;
import dev.cairn.journal.OutcomeUnknownException;
import dev.cairn.restart.Failures;
import dev.cairn.restart.RestartStrategy.Decision;
import dev.cairn.restart.RestartStrategy.Verdict;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * Journals that a shard cannot go on, and when it is tried again. That way whichever container gets
 * its next batch knows, and so does the coordinator; neither needs to be told.
 */
final class FailureReports {
  private static final int LONGEST_MESSAGE = 1000;

  private final TaskPorts ports;

  FailureReports(TaskPorts ports) {
    this.ports = ports;
  }

  /**
   * Counts one more failure at the subtask's head. Costs a query and a put, of a shard that does
   * not go on anyway. If another writer is faster the failure is not counted: the next one is.
   */
  void report(SubtaskId subtask, FailureReason reason, String message, Writer writer) {
    try {
      List<Entry> tail = ports.journal().fromLastBase(subtask);
      if (!tail.isEmpty()) {
        append(subtask, tail.getLast().header(), reason, message, writer);
      }
    } catch (OutcomeUnknownException e) {
      // The invocation fails all the same, and the mapping tries again.
    }
  }

  private void append(
      SubtaskId subtask, Header head, FailureReason reason, String message, Writer writer) {
    Instant now = ports.clock().instant();
    if (head.suspended() || head.failing().stream().anyMatch(one -> one.isHeldUp(now))) {
      // It was not an attempt, but the same failure met again.
      return;
    }
    Optional<Job> job = ports.checkpoints().job(subtask.job());
    if (job.isEmpty()) {
      return;
    }
    EntryId attempt = ports.ids().get();
    Optional<Failures> before = head.failing().map(Failing::failures);
    Decision decision = job.get().settings().restartStrategy().next(before, now, jitter(attempt));
    boolean givesUp = decision.verdict() instanceof Verdict.GiveUp;
    Failing failing = new Failing(reason, shorten(message), decision.failures(), givesUp);
    var unused =
        ports
            .journal()
            .append(subtask, new Entry.Failed(head.next(attempt, writer, now).with(failing)));
  }

  /** An id is as random as anything here, and replays with the seed. */
  private static double jitter(EntryId id) {
    return (id.hashCode() & Integer.MAX_VALUE) / (Integer.MAX_VALUE + 1.0);
  }

  private static String shorten(String message) {
    return message.length() <= LONGEST_MESSAGE
        ? message
        : message.substring(0, LONGEST_MESSAGE) + "…";
  }
}
