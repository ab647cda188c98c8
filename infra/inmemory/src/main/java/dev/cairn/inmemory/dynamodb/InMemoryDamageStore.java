package dev.cairn.inmemory.dynamodb;

import dev.cairn.damage.Damage;
import dev.cairn.damage.DamageStore;
import dev.cairn.damage.ScrubProgress;
import dev.cairn.id.JobId;
import dev.cairn.storage.FilePath;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;

/** A scrubber's marks in memory. */
public final class InMemoryDamageStore implements DamageStore {
  private final Map<JobId, NavigableMap<FilePath, Damage>> marks = new HashMap<>();
  private final Map<JobId, ScrubProgress> progress = new HashMap<>();

  @Override
  public synchronized List<Damage> damages(JobId job) {
    return List.copyOf(marksOf(job).values());
  }

  @Override
  public synchronized void mark(JobId job, Damage damage) {
    marksOf(job).put(damage.path(), damage);
  }

  @Override
  public synchronized void unmark(JobId job, FilePath path) {
    marksOf(job).remove(path);
  }

  private NavigableMap<FilePath, Damage> marksOf(JobId job) {
    return marks.computeIfAbsent(job, j -> new TreeMap<>());
  }

  @Override
  public synchronized Optional<ScrubProgress> progress(JobId job) {
    return Optional.ofNullable(progress.get(job));
  }

  @Override
  public synchronized void save(JobId job, ScrubProgress reached) {
    progress.put(job, reached);
  }
}
