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
 * Brings journals into the job's epoch, each with one entry. Whoever raised the epoch may have died
 * since: a journal that has it already is left alone, so anyone can go on.
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
   * Appends the entry that brings the subtask from what it is into the job's epoch. False when the
   * job has gone on to another epoch meanwhile: whoever brought it there sees to the rest.
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
   * @param entering called by several threads at once
   */
  public boolean appendToAll(Job job, Function<JournalTail, Entry> entering) {
    // Listed after the epoch was raised: whoever opens a subtask from now on opens it in the new
    // one.
    List<SubtaskId> subtasks = ports.checkpoints().subtasks(job.id());
    return !ports.fanOut().map(subtasks, subtask -> append(job, subtask, entering)).contains(false);
  }
}
