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
 * Reads a job's live checkpoints, and the recently ended ones. Older ended checkpoints stay visible
 * for weeks; reading all of them at each tick would cost more with every checkpoint.
 *
 * <p>The recent checkpoints are read with one query. A much older live checkpoint, such as a pinned
 * one, is read individually, so that those in between are not read. The cost depends on the number
 * of live checkpoints, not on their age. A checkpoint that has ended stays ended, so the result of
 * one read remains valid for later ones.
 */
public final class LiveCheckpoints {
  /**
   * The largest number of ended checkpoints that are read in a query, instead of reading an older
   * live checkpoint individually.
   */
  private static final int WIDEST_GAP = 8;

  private final CheckpointStore store;
  private final Map<JobId, Place> places = new HashMap<>();

  /**
   * The ids of a job's live checkpoints.
   *
   * @param apart the live checkpoints before the recent ones
   * @param recent the first id of the query
   */
  private record Place(SortedSet<CheckpointId> apart, CheckpointId recent) {
    static final Place UNKNOWN = new Place(new TreeSet<>(), new CheckpointId(1));
  }

  public LiveCheckpoints(CheckpointStore store) {
    this.store = store;
  }

  /** Returns every live checkpoint, and those that ended since the latest completed one, by id. */
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
    // Failures since the latest completed checkpoint are counted, so the query begins there at the
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
      // No decision depends on a savepoint, and its owner may keep it forever, so it is not live.
      case Checkpoint.Completed completed -> !completed.isSavepoint();
      case Checkpoint.Aborted a -> false;
      case Checkpoint.Subsumed s -> false;
    };
  }
}
