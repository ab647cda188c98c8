package dev.cairn.cli.inspect;

import dev.cairn.checkpoint.Checkpoint;
import dev.cairn.id.CheckpointId;
import dev.cairn.id.SubtaskId;
import dev.cairn.job.CheckpointStore;
import dev.cairn.job.Job;
import dev.cairn.journal.Entry;
import dev.cairn.journal.Journal;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * Returns what a job did since the last call. A call costs a read of the job's item, a query for
 * its subtasks, one for each of their journals, and a read of each checkpoint that is new or
 * pending.
 */
public final class PipelineEventReader {
  private final Journal journal;
  private final CheckpointStore store;
  private final InstantSource clock;
  private final Map<SubtaskId, Entry.Header> heads = new HashMap<>();
  private final SortedSet<CheckpointId> pending = new TreeSet<>();
  private Job job;

  private PipelineEventReader(
      Journal journal, CheckpointStore store, InstantSource clock, Job job) {
    this.journal = journal;
    this.store = store;
    this.clock = clock;
    this.job = job;
  }

  /**
   * Creates a reader that begins now.
   *
   * @param job its item, as it is now
   */
  public static PipelineEventReader from(
      Journal journal, CheckpointStore store, InstantSource clock, Job job) {
    PipelineEventReader follower = new PipelineEventReader(journal, store, clock, job);
    for (SubtaskId subtask : store.subtasks(job.id())) {
      List<Entry> entries = journal.fromLastBase(subtask);
      if (!entries.isEmpty()) {
        follower.heads.put(subtask, entries.getLast().header());
      }
    }
    // One checkpoint is pending at a time, and it is the last that began.
    if (job.next().value() > 1) {
      CheckpointId last = new CheckpointId(job.next().value() - 1);
      store
          .checkpoint(job.id(), last)
          .filter(Checkpoint.Pending.class::isInstance)
          .ifPresent(checkpoint -> follower.pending.add(checkpoint.id()));
    }
    return follower;
  }

  /** Returns the events since the last call, oldest first as far as clocks agree. */
  public List<PipelineEvent> poll() {
    List<PipelineEvent> events = new ArrayList<>();
    store.job(job.id()).ifPresent(now -> addEvents(now, events));
    for (SubtaskId subtask : store.subtasks(job.id())) {
      addEvents(subtask, events);
    }
    events.sort(Comparator.comparing(PipelineEvent::at));
    return events;
  }

  private void addEvents(Job now, List<PipelineEvent> events) {
    for (CheckpointId id = job.next(); now.next().isAfter(id); id = id.next()) {
      pending.add(id);
      store
          .checkpoint(now.id(), id)
          .ifPresent(began -> events.add(new PipelineEvent.CheckpointMoved(trigger(began))));
    }
    for (CheckpointId id : List.copyOf(pending)) {
      store
          .checkpoint(now.id(), id)
          .filter(checkpoint -> !(checkpoint instanceof Checkpoint.Pending))
          .ifPresent(
              over -> {
                pending.remove(id);
                events.add(new PipelineEvent.CheckpointMoved(over));
              });
    }
    if (!isUnchanged(job, now)) {
      events.add(new PipelineEvent.JobMoved(job, now, clock.instant()));
    }
    job = now;
  }

  /** Returns the event of its trigger, also if it has ended by now. */
  private static Checkpoint trigger(Checkpoint checkpoint) {
    return new Checkpoint.Pending(checkpoint.trigger(), Collections.emptySortedSet());
  }

  /** Compares the items except for the ids that each checkpoint changes. */
  private static boolean isUnchanged(Job before, Job now) {
    return before.status().equals(now.status())
        && before.epoch().equals(now.epoch())
        && before.settings().equals(now.settings())
        && before.restoreCheckpointId().equals(now.restoreCheckpointId())
        && before.refusal().equals(now.refusal());
  }

  private void addEvents(SubtaskId subtask, List<PipelineEvent> events) {
    Entry.Header known = heads.get(subtask);
    List<Entry> entries =
        known == null ? journal.fromLastBase(subtask) : journal.after(subtask, known.revision());
    for (Entry entry : entries) {
      Entry.Header before = known == null ? entry.header() : known;
      events.add(new PipelineEvent.Appended(subtask, before, entry));
      known = entry.header();
      heads.put(subtask, known);
    }
  }
}
