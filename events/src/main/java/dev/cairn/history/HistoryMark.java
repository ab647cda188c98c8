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
 * How far a job's history reaches: how the job stood when the last line was written. What differs
 * from it has no line yet.
 *
 * @param version raised by one with each record
 * @param status the job's, by its name
 * @param next of every checkpoint below it the end is recorded
 * @param beyond the others whose end is
 * @param settings those that are not by default so, as text, by name
 * @param versions what the job consisted of, as text, by name
 * @param failing the subtasks of which a line says that they fail, with the reason, by name
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
