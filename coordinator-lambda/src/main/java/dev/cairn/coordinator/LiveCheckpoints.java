package dev.cairn.coordinator;

import dev.cairn.checkpoint.Checkpoint;
import dev.cairn.checkpoint.CheckpointStore;
import dev.cairn.id.CheckpointId;
import dev.cairn.id.JobId;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A job's checkpoints from the oldest on that is not over. People see the others for weeks; to read
 * them all at each tick would cost more with every checkpoint. What is over stays over, so where to
 * begin only moves on, and what was found at one reading holds for every later one.
 */
final class LiveCheckpoints {
  private final CheckpointStore store;
  private final Map<JobId, CheckpointId> oldest = new HashMap<>();

  LiveCheckpoints(CheckpointStore store) {
    this.store = store;
  }

  List<Checkpoint> of(JobId job) {
    List<Checkpoint> read = store.checkpoints(job, oldest.getOrDefault(job, new CheckpointId(1)));
    read.stream()
        .filter(LiveCheckpoints::isLive)
        .findFirst()
        .ifPresent(first -> oldest.put(job, first.id()));
    return read;
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
