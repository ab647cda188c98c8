package dev.cairn.coordinator.journals;

import dev.cairn.checkpoint.Checkpoint;
import dev.cairn.id.CheckpointId;
import dev.cairn.id.JobId;
import dev.cairn.job.CheckpointStore;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * Reads the checkpoints of a job that are not over, and the recent ones that are. People see the
 * others for weeks; to read them all at each tick would cost more with every checkpoint.
 *
 * <p>The recent checkpoints are read with one query. A live one far behind them, such as one that
 * is pinned or that an undo leads to, is read by itself, so that what lies between is not read: a
 * reading costs as much as there are live checkpoints, however old they are. A checkpoint that is
 * over stays over, so what was found at one reading holds for every later one.
 */
public final class LiveCheckpoints {
  /** How many checkpoints that are over are read rather than a live one before them by itself. */
  private static final int WIDEST_GAP = 8;

  private final CheckpointStore store;
  private final Map<JobId, Place> places = new HashMap<>();

  /**
   * Where a job's live checkpoints are.
   *
   * @param apart those before the recent ones
   * @param recent the first that is read with the query
   */
  private record Place(SortedSet<CheckpointId> apart, CheckpointId recent) {
    static final Place UNKNOWN = new Place(new TreeSet<>(), new CheckpointId(1));
  }

  public LiveCheckpoints(CheckpointStore store) {
    this.store = store;
  }

  /** Every live checkpoint, and those that are over since the latest completed one, by id. */
  public List<Checkpoint> of(JobId job) {
    Place place = places.getOrDefault(job, Place.UNKNOWN);
    List<Checkpoint> read = new ArrayList<>();
    for (CheckpointId apart : place.apart()) {
      store.checkpoint(job, apart).ifPresent(read::add);
    }
    read.addAll(store.checkpoints(job, place.recent()));
    places.put(job, place(read, place));
    return read;
  }

  private static Place place(List<Checkpoint> read, Place before) {
    List<CheckpointId> live =
        read.stream().filter(LiveCheckpoints::isLive).map(Checkpoint::id).toList();
    // What failed since the latest completed one is counted, so the query begins there at the
    // latest.
    Optional<CheckpointId> latest =
        read.stream()
            .filter(Checkpoint.Completed.class::isInstance)
            .filter(LiveCheckpoints::isLive)
            .map(Checkpoint::id)
            .reduce((earlier, later) -> later);
    if (latest.isEmpty()) {
      return live.isEmpty() ? before : new Place(new TreeSet<>(), live.getFirst());
    }
    CheckpointId recent = latest.get();
    for (CheckpointId id : live.reversed()) {
      boolean isNear = id.value() < recent.value() && recent.value() - id.value() <= WIDEST_GAP;
      recent = isNear ? id : recent;
    }
    CheckpointId first = recent;
    SortedSet<CheckpointId> apart = new TreeSet<>();
    live.stream().filter(first::isAfter).forEach(apart::add);
    return new Place(apart, recent);
  }

  private static boolean isLive(Checkpoint checkpoint) {
    return switch (checkpoint) {
      case Checkpoint.Pending p -> true;
      // A savepoint stays as long as its owner likes, and nothing is decided by it.
      case Checkpoint.Completed completed -> !completed.isSavepoint();
      case Checkpoint.Aborted a -> false;
      case Checkpoint.Subsumed s -> false;
    };
  }
}
