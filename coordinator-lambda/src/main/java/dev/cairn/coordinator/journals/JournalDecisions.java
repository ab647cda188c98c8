package dev.cairn.coordinator.journals;

import dev.cairn.id.Epoch;
import dev.cairn.id.Position;
import dev.cairn.job.Job;
import dev.cairn.journal.Entry;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;

/**
 * Decides what a journal's tail says of its subtask: its epoch, its gap, and whether a task is at
 * work. Each method is a guard that the simulation takes away to see whether it notices.
 */
public class JournalDecisions {
  /**
   * Whether a journal is in the job's epoch with all that it gets there. A shard that a restore has
   * opened, and not yet given its state, is not.
   */
  public boolean hasEntered(JournalTail tail, Job job) {
    return tail.head().epoch().equals(job.epoch()) && !tail.isOpenedForRestore();
  }

  /** Whether a subtask is in the epoch of a checkpoint: another epoch's state must not be in it. */
  public boolean belongs(Epoch epoch, JournalTail tail) {
    return tail.head().epoch().equals(epoch);
  }

  /** Whether a restore is over: every journal has its epoch, and no shard has a gap to close. */
  public boolean isReplayed(Epoch epoch, Collection<JournalTail> tails) {
    return tails.stream()
        .allMatch(tail -> tail.head().epoch().equals(epoch) && !tail.head().hasGap());
  }

  /** Whether no task has written for so long that none seems to be at work. */
  public boolean isSilent(JournalTail tail, Duration idleAfter, Instant now) {
    Instant last = tail.lastTaskEntry();
    // Written in the future: by a clock that is off, so it tells nothing.
    boolean isUnbelievable = last.isAfter(now.plus(idleAfter));
    return isUnbelievable || !last.plus(idleAfter).isAfter(now);
  }

  /** How far a subtask was ever applied, which a restore never takes back. */
  public Position frontier(Entry.Header head) {
    return Position.max(head.frontier(), head.position());
  }
}
