package dev.cairn.coordinator.journals;

import dev.cairn.coordinator.ports.CoordinatorPorts;
import dev.cairn.id.JobId;
import dev.cairn.id.SubtaskId;
import dev.cairn.job.CheckpointStore;
import dev.cairn.journal.Journal;
import dev.cairn.parallel.FanOut;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/** Reads the tails of a job's journals, several in parallel. */
public final class JournalTails {
  private final Journal journal;
  private final CheckpointStore store;
  private final FanOut fanOut;

  public JournalTails(Journal journal, CheckpointStore store, FanOut fanOut) {
    this.journal = journal;
    this.store = store;
    this.fanOut = fanOut;
  }

  public JournalTails(CoordinatorPorts ports) {
    this(ports.journal(), ports.checkpoints(), ports.fanOut());
  }

  public Optional<JournalTail> of(SubtaskId subtask) {
    return JournalTail.of(subtask, journal.fromLastBase(subtask));
  }

  /** Reads the tail of every opened subtask, by subtask. */
  public SortedMap<SubtaskId, JournalTail> of(JobId job) {
    SortedMap<SubtaskId, JournalTail> tails = new TreeMap<>();
    for (Optional<JournalTail> read : fanOut.map(store.subtasks(job), this::of)) {
      read.ifPresent(tail -> tails.put(tail.subtask(), tail));
    }
    return tails;
  }
}
