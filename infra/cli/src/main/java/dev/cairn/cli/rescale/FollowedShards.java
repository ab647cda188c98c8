package dev.cairn.cli.rescale;

import dev.cairn.cli.status.Lag;
import dev.cairn.coordinator.resharding.ShardTree;
import dev.cairn.coordinator.resharding.ShardTree.Node;
import dev.cairn.job.JobStatus;
import java.util.Optional;

/** Reads how far a job follows the shards of its stream. */
public interface FollowedShards {

  /**
   * A job, read at about one time.
   *
   * @param shards empty if the stream did not list its shards this time
   */
  record View(JobStatus status, Optional<ShardTree> shards) {}

  /**
   * Reads the job's status, its journals, and the stream's list of shards; empty if there is no
   * such job.
   */
  Optional<View> read();

  /** Measures how far an open shard is behind its end. */
  Lag lag(Node shard);
}
