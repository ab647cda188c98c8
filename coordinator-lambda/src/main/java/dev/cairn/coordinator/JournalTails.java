package dev.cairn.coordinator;

import dev.cairn.id.JobId;
import dev.cairn.id.SubtaskId;
import dev.cairn.job.CheckpointStore;
import dev.cairn.journal.Journal;
import dev.cairn.parallel.FanOut;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/** The journals of a job as they are now, several read at once. */
final class JournalTails {
  private final Journal journal;
  private final CheckpointStore store;
  private final FanOut fanOut;

  JournalTails(Journal journal, CheckpointStore store, FanOut fanOut) {
    this.journal = journal;
    this.store = store;
    this.fanOut = fanOut;
  }

  JournalTails(CoordinatorPorts ports) {
    this(ports.journal(), ports.checkpoints(), ports.fanOut());
  }

  Optional<JournalTail> of(SubtaskId subtask) {
    return JournalTail.of(subtask, journal.fromLastBase(subtask));
  }

  /** Of every subtask that was opened, by subtask. */
  SortedMap<SubtaskId, JournalTail> of(JobId job) {
    SortedMap<SubtaskId, JournalTail> tails = new TreeMap<>();
    for (Optional<JournalTail> read : fanOut.map(store.subtasks(job), this::of)) {
      read.ifPresent(tail -> tails.put(tail.subtask(), tail));
    }
    return tails;
  }
}
