package dev.cairn.cli.rescale;

import dev.cairn.cli.status.Lag;
import dev.cairn.coordinator.resharding.ShardTree;
import dev.cairn.coordinator.resharding.ShardTree.Node;
import dev.cairn.coordinator.resharding.ShardTree.State;
import dev.cairn.id.ShardId;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * How far the job follows the splits and merges of its stream, as a command has seen it.
 *
 * @param stages the shards that the stream or the job knows
 * @param openedAt when each child was first seen to be open
 * @param lags the lags of the children that have not caught up
 * @param expired the shards that cannot be read to their end any more, and whose loss nobody has
 *     accepted
 */
public record ReshardProgress(
    SortedMap<ShardId, ShardStage> stages,
    Map<ShardId, Instant> openedAt,
    Map<ShardId, Lag> lags,
    List<ShardId> expired) {
  /** Nothing was seen yet. */
  public static final ReshardProgress NONE =
      new ReshardProgress(new TreeMap<>(), Map.of(), Map.of(), List.of());

  public ReshardProgress {
    stages = Collections.unmodifiableSortedMap(new TreeMap<>(stages));
    openedAt = Map.copyOf(openedAt);
    lags = Map.copyOf(lags);
    expired = List.copyOf(expired);
  }

  /** Returns the shards whose lags the next step needs. */
  public List<Node> needLag(ShardTree tree) {
    return tree.in(State.OPEN).stream()
        .filter(shard -> !shard.parents().isEmpty())
        .filter(shard -> stages.get(shard.id()) != ShardStage.CAUGHT_UP)
        .toList();
  }

  /**
   * Returns the progress after another look at the shards.
   *
   * @param measured the lags of {@link #needLag}
   * @param now when they were measured
   */
  public ReshardProgress next(ShardTree tree, Map<ShardId, Lag> measured, Instant now) {
    SortedMap<ShardId, ShardStage> next = new TreeMap<>();
    Map<ShardId, Instant> opened = new HashMap<>();
    for (Node shard : tree.shards().values()) {
      ShardId id = shard.id();
      if (shard.state() == State.OPEN) {
        opened.put(id, openedAt.getOrDefault(id, now));
      }
      boolean hasCaughtUp =
          stages.get(id) == ShardStage.CAUGHT_UP
              || (measured.containsKey(id)
                  && hasCaughtUp(measured.get(id), openedAt.getOrDefault(id, now), now));
      next.put(id, ShardStage.of(shard, hasCaughtUp));
    }
    return new ReshardProgress(next, opened, measured, expired(tree));
  }

  /** The oldest record that waits must have arrived after the shard was seen to be open. */
  private static boolean hasCaughtUp(Lag lag, Instant opened, Instant now) {
    return switch (lag) {
      case Lag.None none -> true;
      case Lag.Behind(Duration age) -> age.compareTo(Duration.between(opened, now)) < 0;
      case Lag.Unknown unknown -> false;
    };
  }

  private static List<ShardId> expired(ShardTree tree) {
    return tree.shards().values().stream()
        .flatMap(shard -> shard.isForgotten() ? Stream.of(shard.id()) : shard.forgotten().stream())
        .distinct()
        .sorted()
        .toList();
  }

  /** Returns the shards in a stage. */
  public List<ShardId> in(ShardStage stage) {
    return stages.entrySet().stream()
        .filter(shard -> shard.getValue() == stage)
        .map(Map.Entry::getKey)
        .toList();
  }

  /** Returns how many shards accept records, if every child is opened. */
  int openShards() {
    return in(ShardStage.OPEN).size()
        + in(ShardStage.OPENED).size()
        + in(ShardStage.CAUGHT_UP).size();
  }

  /** Whether every parent is closed, and every child opened. */
  public boolean isFollowed() {
    return in(ShardStage.DRAINING).isEmpty() && in(ShardStage.WAITING).isEmpty();
  }

  /** Whether, beyond that, every child has caught up. */
  public boolean isCaughtUp() {
    return isFollowed() && in(ShardStage.OPENED).isEmpty();
  }

  /** A stage, and the shards that have reached it since an earlier look. */
  public record Change(ShardStage stage, List<ShardId> shards) {
    public Change {
      shards = List.copyOf(shards);
    }
  }

  /**
   * Returns the shards whose stage has changed, by stage. If nothing was seen before, these are the
   * shards that a split or a merge is not done with.
   */
  public List<Change> since(ReshardProgress before) {
    List<Change> changes = new ArrayList<>();
    for (ShardStage stage : ShardStage.values()) {
      List<ShardId> reached =
          in(stage).stream()
              .filter(
                  shard ->
                      before.stages().isEmpty()
                          ? isUnderWay(stage)
                          : before.stages().get(shard) != stage)
              .toList();
      if (!reached.isEmpty()) {
        changes.add(new Change(stage, reached));
      }
    }
    return changes;
  }

  private static boolean isUnderWay(ShardStage stage) {
    return switch (stage) {
      case DRAINING, WAITING -> true;
      case OPEN, CLOSED, OPENED, CAUGHT_UP -> false;
    };
  }
}
