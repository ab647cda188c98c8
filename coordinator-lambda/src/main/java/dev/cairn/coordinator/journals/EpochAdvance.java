package dev.cairn.coordinator.journals;

import dev.cairn.coordinator.ports.CoordinatorPorts;
import dev.cairn.id.SubtaskId;
import dev.cairn.job.Job;
import dev.cairn.journal.Entry;
import dev.cairn.journal.Journal.Append;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * Brings journals into the job's epoch, each with one entry. The coordinator that raised the epoch
 * may have stopped since. A journal that has the epoch already is left unchanged, so any
 * coordinator can continue.
 */
public final class EpochAdvance {
  private final CoordinatorPorts ports;
  private final JournalGuards guards;
  private final JournalTails tails;

  public EpochAdvance(CoordinatorPorts ports, JournalGuards guards, JournalTails tails) {
    this.ports = ports;
    this.guards = guards;
    this.tails = tails;
  }

  /**
   * Appends the entry that brings the subtask into the job's epoch. Returns false if the job has a
   * later epoch by now, whose coordinator then continues.
   */
  private boolean append(Job job, SubtaskId subtask, Function<JournalTail, Entry> entering) {
    while (true) {
      Optional<JournalTail> tail = tails.of(subtask);
      if (tail.isEmpty() || guards.hasEntered().test(job, tail.get())) {
        return true;
      }
      if (tail.get().head().epoch().isAfter(job.epoch())) {
        return false;
      }
      if (ports.journal().append(subtask, entering.apply(tail.get())) == Append.APPENDED) {
        return true;
      }
    }
  }

  /**
   * Appends an entry to the journal of every subtask that was registered when the epoch had been
   * raised.
   *
   * @param entering creates the entry; called by several threads
   */
  public boolean appendToAll(Job job, Function<JournalTail, Entry> entering) {
    // Subtasks are listed after the epoch was raised: a subtask opened later is opened in the new
    // epoch.
    List<SubtaskId> subtasks = ports.checkpoints().subtasks(job.id());
    return !ports.fanOut().map(subtasks, subtask -> append(job, subtask, entering)).contains(false);
  }
}
