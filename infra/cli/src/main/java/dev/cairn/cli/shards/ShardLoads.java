package dev.cairn.cli.shards;

import dev.cairn.cli.status.Lag;
import dev.cairn.cli.status.PipelineFacts;
import dev.cairn.cli.status.SubtaskFacts;
import dev.cairn.coordinator.resharding.ShardTree;
import dev.cairn.coordinator.resharding.ShardTree.Node;
import dev.cairn.coordinator.resharding.ShardTree.State;
import dev.cairn.id.ShardId;
import dev.cairn.journal.Entry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;

/** Derives the loads of a job's shards from facts: a pure function. */
public final class ShardLoads {
  /** A shard that has written nothing since a base that is younger may be about to. */
  private static final Duration YOUNG = Duration.ofSeconds(10);

  private ShardLoads() {}

  /**
   * Returns the shards in the order of their tree: each after all of its parents, and as close to
   * the last of them as possible. No keys are sampled yet.
   */
  public static List<ShardLoad> of(PipelineFacts facts) {
    ShardTree tree = facts.shards().orElse(new ShardTree(new TreeMap<>()));
    Map<ShardId, SubtaskFacts> subtasks =
        facts.subtasks().stream()
            .collect(Collectors.toMap(subtask -> subtask.id().shard(), Function.identity()));
    Map<ShardId, StateSizes.Size> sizes = StateSizes.of(facts.subtasks());
    List<ShardLoad> loads = new ArrayList<>();
    depths(tree)
        .forEach(
            (id, depth) -> {
              Node shard = node(tree, id);
              Optional<SubtaskFacts> subtask = Optional.ofNullable(subtasks.get(id));
              loads.add(
                  new ShardLoad(
                      shard,
                      depth,
                      shard.state() == State.CLOSED ? new Lag.None() : facts.stream().lag(id),
                      Optional.ofNullable(sizes.get(id))
                          .filter(size -> shard.state() != State.WAITING),
                      subtask
                          .filter(one -> isApplied(shard))
                          .flatMap(one -> recordsPerSecond(facts, one)),
                      Optional.empty()));
            });
    return List.copyOf(loads);
  }

  private static Node node(ShardTree tree, ShardId id) {
    return Optional.ofNullable(tree.shards().get(id)).orElseThrow();
  }

  private static boolean isApplied(Node shard) {
    return switch (shard.state()) {
      case OPEN, DRAINING -> shard.tail().isPresent();
      case WAITING, CLOSED -> false;
    };
  }

  private static Optional<Double> recordsPerSecond(PipelineFacts facts, SubtaskFacts subtask) {
    Entry.Header base = subtask.fromLastBase().getFirst().header();
    Duration since = Duration.between(base.writtenAt(), facts.now());
    long records = subtask.head().counts().applied() - base.counts().applied();
    boolean isUnknown =
        since.toMillis() <= 0 || (records == 0 && since.compareTo(YOUNG) < 0) || records < 0;
    return isUnknown ? Optional.empty() : Optional.of(records * 1000.0 / since.toMillis());
  }

  /** Returns the number of generations before each shard, in the order of the tree. */
  private static Map<ShardId, Integer> depths(ShardTree tree) {
    Map<ShardId, List<ShardId>> children = new HashMap<>();
    for (Node shard : tree.shards().values()) {
      shard
          .parents()
          .forEach(
              parent -> children.computeIfAbsent(parent, p -> new ArrayList<>()).add(shard.id()));
    }
    Map<ShardId, Integer> depths = new LinkedHashMap<>();
    tree.roots().forEach(root -> visit(root, tree, children, depths));
    return depths;
  }

  private static void visit(
      ShardId id,
      ShardTree tree,
      Map<ShardId, List<ShardId>> children,
      Map<ShardId, Integer> depths) {
    List<ShardId> parents =
        node(tree, id).parents().stream().filter(tree.shards()::containsKey).toList();
    if (depths.containsKey(id) || !depths.keySet().containsAll(parents)) {
      return;
    }
    depths.put(
        id,
        parents.stream().mapToInt(parent -> depths.getOrDefault(parent, 0) + 1).max().orElse(0));
    children.getOrDefault(id, List.of()).forEach(child -> visit(child, tree, children, depths));
  }
}
