package dev.cairn.history;

import dev.cairn.id.CheckpointId;
import dev.cairn.id.Epoch;
import dev.cairn.job.Job;
import java.util.Collections;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * How far a job's history reaches: the job's state when the last line was written. Differences from
 * it have no line yet.
 *
 * @param version increases by one with each write
 * @param status the name of the job's status
 * @param next the ends of all checkpoints below this id are recorded
 * @param beyond further checkpoints whose ends are recorded
 * @param settings the settings that differ from their defaults, as text, by name
 * @param versions the deployed versions, as text, by name
 * @param failing the subtasks that are recorded as failing, with the reason, by name
 */
public record HistoryMark(
    long version,
    Epoch epoch,
    String status,
    CheckpointId next,
    SortedSet<CheckpointId> beyond,
    Optional<Job.Refusal> refusal,
    SortedMap<String, String> settings,
    SortedMap<String, String> versions,
    SortedMap<String, String> failing) {

  public HistoryMark {
    beyond = Collections.unmodifiableSortedSet(new TreeSet<>(beyond));
    settings = Collections.unmodifiableSortedMap(new TreeMap<>(settings));
    versions = Collections.unmodifiableSortedMap(new TreeMap<>(versions));
    failing = Collections.unmodifiableSortedMap(new TreeMap<>(failing));
  }

  public HistoryMark withVersion(long other) {
    return new HistoryMark(
        other, epoch, status, next, beyond, refusal, settings, versions, failing);
  }
}
