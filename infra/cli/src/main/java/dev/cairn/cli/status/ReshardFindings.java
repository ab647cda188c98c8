package dev.cairn.cli.status;

import dev.cairn.checkpoint.FailureReason;
import dev.cairn.cli.output.Sizes;
import dev.cairn.cli.status.Finding.Kind;
import dev.cairn.coordinator.journals.JournalTail;
import dev.cairn.coordinator.resharding.ShardTree;
import dev.cairn.coordinator.resharding.ShardTree.Node;
import dev.cairn.coordinator.resharding.ShardTree.State;
import dev.cairn.id.ShardId;
import dev.cairn.job.Job;
import dev.cairn.state.HashRange;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * Finds what keeps a running job from following the splits and merges of its stream: a pure
 * function of the facts.
 */
final class ReshardFindings {
  /** A closed parent's children are listed, and opened, by the coordinator's second tick. */
  private static final Duration TWO_TICKS = Duration.ofMinutes(2);

  private static final int NAMED = 3;

  private final PipelineFacts facts;
  private final ShardTree tree;
  private final Map<ShardId, SubtaskFacts> subtasks;

  /**
   * @param job the job's item
   */
  ReshardFindings(PipelineFacts facts, Job job) {
    this.facts = facts;
    this.tree =
        job.status().isRunning()
            ? facts.shards().orElseThrow()
            : ShardTree.of(job.epoch(), List.of(), List.of());
    this.subtasks =
        facts.subtasks().stream()
            .collect(Collectors.toMap(subtask -> subtask.id().shard(), Function.identity()));
  }

  List<Finding> all() {
    if (tree.shards().isEmpty()) {
      return List.of();
    }
    List<Finding> findings = new ArrayList<>();
    for (Node shard : tree.shards().values()) {
      expired(shard).or(() -> undrained(shard)).ifPresent(findings::add);
    }
    uncovered().ifPresent(findings::add);
    waiting().ifPresent(findings::add);
    return findings;
  }

  /** Whether these findings have the reason why nothing is written for a shard. */
  boolean explains(ShardId id) {
    return Optional.ofNullable(tree.shards().get(id))
        .filter(
            shard ->
                shard.isHeldBack() || expired(shard).isPresent() || undrained(shard).isPresent())
        .isPresent();
  }

  /** Whether a finding replaces the one about the failure of a shard's next record. */
  boolean explainsFailure(ShardId id) {
    return Optional.ofNullable(tree.shards().get(id)).filter(this::hasLostRecords).isPresent();
  }

  private boolean hasLostRecords(Node shard) {
    return shard.state() == State.DRAINING
        && shard
            .tail()
            .flatMap(tail -> tail.head().failing())
            .filter(failing -> failing.reason() == FailureReason.RECORDS_LOST)
            .isPresent();
  }

  /** Finds records beyond the stream's retention, for which other shards would wait for ever. */
  private Optional<Finding> expired(Node shard) {
    if (shard.isForgotten()) {
      return Optional.of(
          expired(
              shard.id(),
              "the stream no longer lists shard "
                  + shard.id()
                  + ", which a split or a merge had closed, and the job has applied it to "
                  + shard.tail().map(tail -> tail.head().position().toString()).orElse("nothing")
                  + " only: whether records followed cannot be found out any more"));
    }
    if (hasLostRecords(shard)) {
      return Optional.of(
          expired(
              shard.id(),
              "records of shard "
                  + shard.id()
                  + ", which a split or a merge has closed, expired before they were applied: it"
                  + " cannot be read to its end"));
    }
    if (!shard.forgotten().isEmpty()) {
      return Optional.of(
          expired(
              shard.id(),
              "shard "
                  + shard.id()
                  + " came from "
                  + names(shard.forgotten())
                  + ", which the stream no longer lists and the job never read: records are missing"
                  + " between the state of its keys and this shard"));
    }
    return Optional.empty();
  }

  private Finding expired(ShardId id, String problem) {
    List<ShardId> children = heldBackBy(id);
    return new Finding(
        Kind.RECORDS_EXPIRED,
        problem + (children.isEmpty() ? "" : "; " + wait(children) + " for it"),
        "accept the loss with: cairn accept-gap "
            + id
            + "; or restore a checkpoint from which all records are still kept (cairn restore"
            + " ID --dry-run says whether they are)");
  }

  /** Finds a parent that is closed by Kinesis and that nobody reads to its end. */
  private Optional<Finding> undrained(Node shard) {
    Optional<SubtaskFacts> subtask = Optional.ofNullable(subtasks.get(shard.id()));
    boolean isOtherwiseExplained =
        subtask
            .map(SubtaskFacts::head)
            .filter(
                head -> head.failing().isPresent() || head.isolation().isPresent() || head.hasGap())
            .isPresent();
    Optional<Instant> worked = subtask.flatMap(SubtaskFacts::lastWork);
    if (shard.state() != State.DRAINING
        || isOtherwiseExplained
        || !wasClosedLongAgo(shard.id())
        || worked.filter(at -> isWithin(at, StreamFacts.LONG_AGO)).isPresent()) {
      return Optional.empty();
    }
    List<ShardId> children = heldBackBy(shard.id());
    return Optional.of(
        new Finding(
            Kind.PARENT_NOT_DRAINED,
            "shard "
                + shard.id()
                + " was closed by a split or a merge, and is not applied to its end: "
                + worked
                    .map(
                        at ->
                            "the last entry by a task is of "
                                + Sizes.age(Duration.between(at, facts.now()))
                                + " ago")
                    .orElse(
                        subtask.isPresent()
                            ? "no task has written since its last base"
                            : "no task has opened it")
                + (children.isEmpty() ? "" : "; " + wait(children) + " for it"),
            "read the task's log for this shard; the coordinator wakes the task for it at each"
                + " tick, so check that the coordinator's EventBridge rule is enabled, and read its"
                + " log, too"));
  }

  private boolean wasClosedLongAgo(ShardId shard) {
    return switch (facts.stream()) {
      case StreamFacts.Listed listed -> listed.closedLongAgo().contains(shard);
      // Known from the journals of its children, which a restore has put back to before them.
      case StreamFacts.Unreadable u -> true;
      case StreamFacts.OutOfReach o -> true;
    };
  }

  /** Finds hash keys whose records reach nobody. */
  private Optional<Finding> uncovered() {
    if (!(facts.stream() instanceof StreamFacts.Listed listed) || listed.shards().isEmpty()) {
      return Optional.empty();
    }
    List<HashRange> gaps = tree.uncovered();
    boolean isRecent =
        tree.in(State.CLOSED).stream()
            .flatMap(shard -> shard.tail().stream())
            .map(JournalTail::base)
            .anyMatch(base -> isWithin(base.header().writtenAt(), TWO_TICKS));
    return gaps.isEmpty() || isRecent
        ? Optional.empty()
        : Optional.of(
            new Finding(
                Kind.HASH_RANGE_UNCOVERED,
                "no shard is open or waits to be opened for the hash keys from "
                    + gaps.getFirst().from().toDecimal()
                    + " to "
                    + gaps.getFirst().to().toDecimal()
                    + (gaps.size() == 1 ? "" : ", and for " + (gaps.size() - 1) + " more ranges")
                    + ": records with these keys reach no task",
                "check that stream "
                    + listed.name()
                    + " is the one that the job reads (cairn job, --stream), and look again in a"
                    + " minute; cairn shards shows the shards. A stream that was deleted and"
                    + " created again is another stream: see docs/operations.md"));
  }

  /** Finds the shards that wait until their parents are closed, which is no problem by itself. */
  private Optional<Finding> waiting() {
    List<Node> waiting =
        tree.in(State.WAITING).stream().filter(shard -> !shard.waitsFor().isEmpty()).toList();
    if (waiting.isEmpty()) {
      return Optional.empty();
    }
    String each =
        waiting.stream()
            .limit(NAMED)
            .map(shard -> shard.id() + " for " + names(shard.waitsFor()))
            .collect(Collectors.joining(", "));
    return Optional.of(
        new Finding(
            Kind.SHARDS_WAIT,
            (waiting.size() == 1
                    ? "a shard waits until its parents"
                    : waiting.size() + " shards wait until their parents")
                + " in a split or a merge are applied to their end: "
                + each
                + (waiting.size() > NAMED ? ", and " + (waiting.size() - NAMED) + " more" : ""),
            "nothing needs to be done: each is opened when its parents are applied to their end;"
                + " cairn shards shows how far they are"));
  }

  private List<ShardId> heldBackBy(ShardId parent) {
    return tree.in(State.WAITING).stream()
        .filter(shard -> shard.waitsFor().contains(parent))
        .map(Node::id)
        .toList();
  }

  private static String wait(List<ShardId> children) {
    return names(children) + (children.size() == 1 ? " waits" : " wait");
  }

  private static String names(List<ShardId> shards) {
    return shards.stream().limit(NAMED).map(ShardId::value).collect(Collectors.joining(" and "))
        + (shards.size() > NAMED ? " and " + (shards.size() - NAMED) + " more" : "");
  }

  private boolean isWithin(Instant since, Duration patience) {
    return !facts.now().isAfter(since.plus(patience));
  }
}
