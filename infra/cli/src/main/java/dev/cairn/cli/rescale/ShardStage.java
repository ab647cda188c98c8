package dev.cairn.cli.rescale;

import dev.cairn.coordinator.resharding.ShardTree.Node;
import java.util.Locale;

/** How far a shard is on its way through a split or a merge. */
public enum ShardStage {
  /** A shard that no split or merge has made or closed. */
  OPEN,
  /** Kinesis has closed the shard, and the job has not applied it to its end. */
  DRAINING,
  /** The job has applied the shard to its end. */
  CLOSED,
  /** A child that no task has opened. */
  WAITING,
  /** A child that a task has opened. */
  OPENED,
  /** A child of which every record is applied that had arrived when it was seen to be open. */
  CAUGHT_UP;

  static ShardStage of(Node shard, boolean hasCaughtUp) {
    boolean isChild = !shard.parents().isEmpty();
    return switch (shard.state()) {
      case WAITING -> isChild ? WAITING : OPEN;
      case OPEN -> isChild ? hasCaughtUp ? CAUGHT_UP : OPENED : OPEN;
      case DRAINING -> DRAINING;
      case CLOSED -> CLOSED;
    };
  }

  /** Returns the name for people and scripts. */
  public String label() {
    return name().toLowerCase(Locale.ROOT).replace('_', ' ');
  }
}
