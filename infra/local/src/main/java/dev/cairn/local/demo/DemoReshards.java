package dev.cairn.local.demo;

import dev.cairn.cli.output.Sizes;
import dev.cairn.id.Position;
import dev.cairn.id.ShardId;
import dev.cairn.id.SubtaskId;
import dev.cairn.inmemory.kinesis.LocalStream;
import dev.cairn.journal.Entry.Header;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * Splits a shard of the running pipeline's stream and later merges two, and watches the job follow:
 * until the parents are closed, and their children have opened and caught up.
 */
final class DemoReshards {
  private final Pipeline pipeline;
  private final LocalStream stream;
  private final DemoLog log;
  private final Screen screen;
  private final List<Followed> followed = new ArrayList<>();

  /** One split or merge, and how far the job has followed it. */
  private static final class Followed {
    private final Reshard reshard;
    private final List<ShardId> parents;
    private final List<ShardId> children;
    private final Duration began;
    private final Map<ShardId, Position> targets = new HashMap<>();
    private Optional<Duration> caughtUp = Optional.empty();

    Followed(Reshard reshard, List<ShardId> parents, List<ShardId> children, Duration began) {
      this.reshard = reshard;
      this.parents = parents;
      this.children = children;
      this.began = began;
    }
  }

  DemoReshards(Pipeline pipeline, Screen screen) {
    this.pipeline = pipeline;
    this.stream = pipeline.stream();
    this.log = pipeline.log();
    this.screen = screen;
  }

  /** Splits the shard with the lowest hash keys. */
  void split() {
    ShardId parent = new ShardGenerations(stream.listed()).open().getFirst().id();
    Duration began = screen.elapsed();
    List<ShardId> children = stream.split(parent);
    screen.say(
        "SPLIT: aws kinesis split-shard closes "
            + parent
            + " and divides its keys between "
            + words(children));
    followed.add(new Followed(Reshard.SPLIT, List.of(parent), children, began));
  }

  /** Merges a child of the split with a shard beside it. */
  void merge() {
    Set<ShardId> split =
        followed.stream().flatMap(earlier -> earlier.children.stream()).collect(Collectors.toSet());
    ShardGenerations.Pair pair = new ShardGenerations(stream.listed()).besides(split);
    List<ShardId> parents = List.of(pair.lower().id(), pair.upper().id());
    Duration began = screen.elapsed();
    ShardId child = stream.merge(parents.getFirst(), parents.getLast());
    screen.say(
        "MERGE: aws kinesis merge-shards closes "
            + words(parents)
            + " and gives their keys to "
            + child);
    followed.add(new Followed(Reshard.MERGE, parents, List.of(child), began));
  }

  /**
   * Looks how far the job has followed, and says so once when all children have caught up.
   *
   * @param ends the last record of every shard that was given any
   */
  void observe(Map<ShardId, Position> ends) {
    for (Followed each : followed) {
      if (each.caughtUp.isEmpty() && isCaughtUp(each, ends)) {
        Duration took = screen.elapsed().minus(each.began);
        each.caughtUp = Optional.of(took);
        screen.say("  … " + words(each.children) + " caught up within " + Sizes.seconds(took));
      }
    }
  }

  /** A child has caught up with what it had been given when it was first seen open. */
  private boolean isCaughtUp(Followed each, Map<ShardId, Position> ends) {
    boolean all = latest(each.parents, log::closed).isPresent();
    for (ShardId child : each.children) {
      Optional<Header> head = log.head(subtask(child)).filter(h -> opened(child).isPresent());
      if (head.isEmpty()) {
        all = false;
      } else {
        Position target =
            each.targets.computeIfAbsent(child, c -> ends.getOrDefault(c, Position.beginning()));
        all &= !head.get().hasGap() && !head.get().position().isBefore(target);
      }
    }
    return all;
  }

  private Optional<Duration> opened(ShardId child) {
    return log.opened(subtask(child));
  }

  /** Whether the job has followed every split and merge that there was. */
  boolean areFollowed() {
    return followed.stream().allMatch(each -> each.caughtUp.isPresent());
  }

  /** The kinds of changes that the job has followed. */
  Set<Reshard> kinds() {
    return followed.stream()
        .filter(each -> each.caughtUp.isPresent())
        .map(each -> each.reshard)
        .collect(Collectors.toCollection(() -> EnumSet.noneOf(Reshard.class)));
  }

  /** Prints what became of each split and merge. */
  void printSummary() {
    for (Followed each : followed) {
      String what =
          switch (each.reshard) {
            case SPLIT -> "split       ";
            case MERGE -> "merged      ";
          };
      screen.print(what + words(each.parents) + " into " + words(each.children));
      screen.print(
          "            "
              + (each.parents.size() == 1 ? "parent" : "parents")
              + " closed after "
              + shown(each, latest(each.parents, log::closed))
              + ", "
              + (each.children.size() == 1 ? "child" : "children")
              + " opened after "
              + shown(each, latest(each.children, log::opened))
              + ", caught up after "
              + each.caughtUp.map(Sizes::seconds).orElse("—"));
    }
  }

  private static String shown(Followed each, Optional<Duration> at) {
    return at.map(time -> Sizes.seconds(time.minus(each.began))).orElse("—");
  }

  /** The time at which it had happened to all of these shards; empty until then. */
  private Optional<Duration> latest(
      List<ShardId> shards, Function<SubtaskId, Optional<Duration>> when) {
    List<Duration> times =
        shards.stream().map(this::subtask).map(when).flatMap(Optional::stream).toList();
    return Optional.of(times)
        .filter(known -> known.size() == shards.size())
        .flatMap(known -> known.stream().max(Comparator.naturalOrder()));
  }

  private SubtaskId subtask(ShardId shard) {
    return pipeline.subtask(shard);
  }

  private static String words(Collection<ShardId> shards) {
    return shards.stream().map(ShardId::value).collect(Collectors.joining(" and "));
  }
}
