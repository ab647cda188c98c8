package dev.cairn.coordinator.journals;

import dev.cairn.coordinator.ports.CoordinatorPorts;
import dev.cairn.id.JobId;
import dev.cairn.id.SubtaskId;
import dev.cairn.job.CheckpointStore;
import dev.cairn.journal.Journal;
import dev.cairn.parallel.FanOut;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

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

  /** Reads the tail of every opened subtask that is not retired, by subtask. */
  public SortedMap<SubtaskId, JournalTail> of(JobId job) {
    return read(store.subtasks(job));
  }

  /** Reads the tail of every subtask that was ever opened, by subtask. */
  public SortedMap<SubtaskId, JournalTail> withRetired(JobId job) {
    // A subtask that is retired or takes part again in the meantime is in one of the three lists.
    SortedSet<SubtaskId> all = new TreeSet<>(store.retired(job));
    all.addAll(store.subtasks(job));
    all.addAll(store.retired(job));
    return read(List.copyOf(all));
  }

  private SortedMap<SubtaskId, JournalTail> read(List<SubtaskId> subtasks) {
    SortedMap<SubtaskId, JournalTail> tails = new TreeMap<>();
    for (Optional<JournalTail> read : fanOut.map(subtasks, this::of)) {
      read.ifPresent(tail -> tails.put(tail.subtask(), tail));
    }
    return tails;
  }
}
