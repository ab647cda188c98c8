package dev.cairn.local.demo;

import dev.cairn.id.ShardId;
import dev.cairn.state.HashRange;
import dev.cairn.state.KeyHash;
import dev.cairn.stream.Shard;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;

/** Shards, and which of them came from which by splits and merges. */
record ShardGenerations(List<Shard> shards) {
  ShardGenerations {
    shards = List.copyOf(shards);
  }

  /** Two open shards whose hash ranges are next to each other, the lower one first. */
  record Pair(Shard lower, Shard upper) {
    boolean hasOneOf(Collection<ShardId> ids) {
      return ids.contains(lower.id()) != ids.contains(upper.id());
    }
  }

  /** The shard that had the hash before any split or merge. */
  Shard root(KeyHash hash) {
    return shards.stream()
        .filter(shard -> shard.parents().isEmpty() && shard.range().contains(hash))
        .findFirst()
        .orElseThrow();
  }

  /** The shard that has the hash since this one was closed; empty while it is open. */
  Optional<Shard> child(ShardId parent, KeyHash hash) {
    return shards.stream()
        .filter(shard -> shard.parents().contains(parent) && shard.range().contains(hash))
        .findFirst();
  }

  /** Whether any of these shards came from this one, directly or over several generations. */
  boolean hasDescendant(ShardId ancestor, Set<ShardId> among) {
    return shards.stream()
        .filter(shard -> shard.parents().contains(ancestor))
        .map(Shard::id)
        .anyMatch(child -> among.contains(child) || hasDescendant(child, among));
  }

  /** The shards that no split or merge has closed, by their hash ranges. */
  List<Shard> open() {
    return shards.stream()
        .filter(shard -> shards.stream().noneMatch(other -> other.parents().contains(shard.id())))
        .sorted(Comparator.comparing(Shard::range, Comparator.comparing(HashRange::from)))
        .toList();
  }

  /**
   * The open shards to merge after a split: one of its children and a shard that is none of them.
   * The two children, if the stream has no other shard.
   */
  Pair besides(Collection<ShardId> children) {
    List<Shard> open = open();
    return IntStream.range(1, open.size())
        .mapToObj(upper -> new Pair(open.get(upper - 1), open.get(upper)))
        .sorted(Comparator.comparing(pair -> !pair.hasOneOf(children)))
        .findFirst()
        .orElseThrow();
  }
}
