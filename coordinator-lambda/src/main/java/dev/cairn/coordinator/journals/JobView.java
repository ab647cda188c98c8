package dev.cairn.coordinator.journals;

import dev.cairn.checkpoint.Checkpoint;
import dev.cairn.id.CheckpointId;
import dev.cairn.id.SubtaskId;
import dev.cairn.job.Fork;
import dev.cairn.job.Job;
import dev.cairn.stream.Shard;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * A job as it was read for one event; the coordinator plans from it. A view may be outdated as soon
 * as it is read, so every planned write is conditional on the view.
 *
 * @param job the job's item, which was read first
 * @param tails the journal of every subtask that was opened
 * @param checkpoints the live checkpoints, and those that are over since the latest completed one;
 *     read after the journals, so that a journal names no checkpoint that began later
 * @param acknowledged the subtasks that are known to have acknowledged a pending checkpoint; more
 *     may have
 * @param forks the jobs that share this job's files
 * @param listed the shards that the stream lists; empty if it was not asked or did not answer
 */
public record JobView(
    Job job,
    SortedMap<SubtaskId, JournalTail> tails,
    List<Checkpoint> checkpoints,
    Map<CheckpointId, Set<SubtaskId>> acknowledged,
    List<Fork> forks,
    List<Shard> listed) {

  public JobView {
    tails = Collections.unmodifiableSortedMap(new TreeMap<>(tails));
    checkpoints = List.copyOf(checkpoints);
    acknowledged = Map.copyOf(acknowledged);
    forks = List.copyOf(forks);
    listed = List.copyOf(listed);
  }

  /** Returns the view for a plan that needs only the job's item. */
  public static JobView of(Job job) {
    return new JobView(job, new TreeMap<>(), List.of(), Map.of(), List.of(), List.of());
  }

  /** The journals of all subtasks. */
  public Collection<JournalTail> journals() {
    return tails.values();
  }

  /** The checkpoints that are pending, by id. */
  public List<Checkpoint.Pending> pending() {
    return Checkpoint.pending(checkpoints);
  }

  /** The subtasks that are known to have acknowledged the checkpoint. */
  public Set<SubtaskId> acknowledged(CheckpointId checkpoint) {
    return acknowledged.getOrDefault(checkpoint, Set.of());
  }
}
