package dev.cairn.coordinator;

import dev.cairn.id.JobId;
import dev.cairn.id.SubtaskId;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/** The journals of a job as they are now, several read at once. */
final class JournalTails {
  private final CoordinatorPorts ports;

  JournalTails(CoordinatorPorts ports) {
    this.ports = ports;
  }

  Optional<JournalTail> of(SubtaskId subtask) {
    return JournalTail.of(subtask, ports.journal().fromLastBase(subtask));
  }

  /** Of every subtask that was opened, by subtask. */
  SortedMap<SubtaskId, JournalTail> of(JobId job) {
    SortedMap<SubtaskId, JournalTail> tails = new TreeMap<>();
    for (Optional<JournalTail> read :
        ports.fanOut().map(ports.checkpoints().subtasks(job), this::of)) {
      read.ifPresent(tail -> tails.put(tail.subtask(), tail));
    }
    return tails;
  }
}
