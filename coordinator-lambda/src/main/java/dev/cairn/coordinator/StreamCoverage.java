package dev.cairn.coordinator;

import dev.cairn.checkpoint.Job;
import dev.cairn.checkpoint.Restoration;
import dev.cairn.checkpoint.Restoration.Positions;
import dev.cairn.checkpoint.Restoration.Source;
import dev.cairn.id.Position;
import dev.cairn.id.SequenceNumber;
import dev.cairn.id.ShardId;
import dev.cairn.id.SubtaskId;
import dev.cairn.state.Start;
import dev.cairn.storage.FileRef;
import dev.cairn.stream.Shard;
import dev.cairn.stream.StreamException;
import dev.cairn.stream.StreamReader.From;
import dev.cairn.stream.StreamReader.Page;
import dev.cairn.stream.StreamRecord;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** Whether the stream still has the records that a restore is followed by. */
final class StreamCoverage {
  // Kinesis may answer empty pages where records follow further on.
  private static final int EMPTY_PAGES = 20;

  private final CoordinatorPorts ports;
  private final CoordinatorSettings settings;
  private final CoordinatorDecisions decisions;
  private final JournalTails tails;
  private final CheckpointFiles files;

  StreamCoverage(
      CoordinatorPorts ports,
      CoordinatorSettings settings,
      CoordinatorDecisions decisions,
      JournalTails tails) {
    this.ports = ports;
    this.settings = settings;
    this.decisions = decisions;
    this.tails = tails;
    this.files = new CheckpointFiles(ports);
  }

  /**
   * Whether each subtask finds what it has to apply, and has time to.
   *
   * @param states what each is given
   */
  void require(Job job, Restoration from, Map<SubtaskId, SubtaskSnapshot> states)
      throws RefusedException {
    if (from.positions() instanceof Positions.Anew(Start start)) {
      requireInTime(start, from.acceptsGap());
    }
    if (!from.acceptsGap()) {
      requireGaps(from.positions(), states, tails.of(job.id()).values());
    }
  }

  /** Whether the stream still has what arrived since a time, and will have it for a while. */
  private void requireInTime(Start start, boolean acceptsGap) throws RefusedException {
    if (!(start instanceof Start.AtTimestamp(Instant time))) {
      return;
    }
    Instant now = ports.clock().instant();
    if (time.isAfter(now)) {
      throw new RefusedException(
          "--positions "
              + time
              + " lies in the future, it is "
              + now
              + ": give a time up to now, from which on the records of the stream are to be applied");
    }
    if (acceptsGap) {
      return;
    }
    Duration retention = ports.stream().retention();
    Instant horizon = now.minus(retention);
    if (time.isBefore(horizon.plus(settings.retentionMargin()))) {
      throw new RefusedException(
          "--positions "
              + time
              + (time.isBefore(horizon)
                  ? " is beyond retention: records from before " + horizon + " are gone"
                  : " is too close to retention: records would expire during the replay")
              + "; give a later time, raise the stream's retention first, or leave out what is gone"
              + " with --positions horizon or --accept-gap");
    }
  }

  /**
   * Whether Kinesis still keeps every record between where the restore puts each subtask and how
   * far it once was.
   */
  private void requireGaps(
      Positions positions, Map<SubtaskId, SubtaskSnapshot> states, Collection<JournalTail> tails)
      throws RefusedException {
    List<Gap> gaps = new ArrayList<>();
    Set<SubtaskId> opened = new HashSet<>();
    for (JournalTail tail : tails) {
      opened.add(tail.subtask());
      Position position = position(states, tail);
      boolean isGap = position.isBefore(decisions.frontier(tail.head()));
      if (isGap && !(isAnew(positions) && states.containsKey(tail.subtask()))) {
        gaps.add(new Gap(tail.subtask().shard(), true, position, tail.head().firstApplied()));
      }
    }
    gaps.addAll(unread(states, opened));
    if (gaps.isEmpty()) {
      return;
    }
    Instant now = ports.clock().instant();
    requireAll(gaps, now.minus(ports.stream().retention()).plus(settings.retentionMargin()));
  }

  /** What the mapping has yet to deliver, from its horizon on. */
  private static List<Gap> unread(Map<SubtaskId, SubtaskSnapshot> states, Set<SubtaskId> opened) {
    return states.entrySet().stream()
        .filter(state -> !opened.contains(state.getKey()))
        .filter(state -> state.getValue().state().position().record().isPresent())
        .map(
            state ->
                new Gap(
                    state.getKey().shard(),
                    false,
                    state.getValue().state().position(),
                    Optional.empty()))
        .toList();
  }

  /**
   * Whether the mapping will still deliver all that follows the states of shards that the job has
   * not opened. A restore is begun with that; but a fork may be deployed long after it was begun.
   */
  void requireDeliverable(Job job, Restoration from, Map<SubtaskId, SubtaskSnapshot> states)
      throws RefusedException {
    if (from.acceptsGap()
        || isAnew(from.positions())
        || !(from.source() instanceof Source.Metadata(FileRef file))) {
      return;
    }
    List<Gap> gaps = unread(states, Set.copyOf(ports.checkpoints().subtasks(job.id())));
    Instant oldestAllowed =
        ports.clock().instant().minus(ports.stream().retention()).plus(settings.retentionMargin());
    // What has arrived since is there. Of a shard that is idle, the record at its position need
    // not be.
    if (!gaps.isEmpty() && files.metadata(file).trigger().triggeredAt().isBefore(oldestAllowed)) {
      requireAll(gaps, Instant.MIN);
    }
  }

  private void requireAll(List<Gap> gaps, Instant oldestAllowed) throws RefusedException {
    Set<ShardId> shards =
        ports.stream().shards().stream().map(Shard::id).collect(Collectors.toSet());
    Check.all(ports.fanOut(), gaps, gap -> requireGap(gap, shards, oldestAllowed));
  }

  private static boolean isAnew(Positions positions) {
    return switch (positions) {
      case Positions.SameStream s -> false;
      case Positions.Anew a -> true;
    };
  }

  /**
   * A shard of which records have to be read from this position on.
   *
   * @param wasRead whether this job has applied them once, so that there must have been some
   */
  private record Gap(
      ShardId shard, boolean wasRead, Position position, Optional<SequenceNumber> firstApplied) {}

  private void requireGap(Gap gap, Set<ShardId> shards, Instant oldestAllowed)
      throws RefusedException {
    String shard = "shard " + gap.shard();
    if (!shards.contains(gap.shard())) {
      throw new RefusedException(
          shard + " is no longer in the stream, and records of it would have to be read again");
    }
    SequenceNumber required =
        gap.position()
            .record()
            .or(gap::firstApplied)
            .orElseThrow(() -> new RefusedException(shard + " has a gap but no first record"));
    From.At at = new From.At(required);
    Optional<StreamRecord> first =
        gap.wasRead() ? first(gap.shard(), at) : FreshStart.first(ports.stream(), gap.shard(), at);
    if (first.isEmpty() || !first.get().sequenceNumber().equals(required)) {
      throw new RefusedException(
          shard
              + " is beyond retention: record "
              + required
              + " is no longer in the stream; choose a later checkpoint");
    }
    if (first.get().arrival().isBefore(oldestAllowed)) {
      throw new RefusedException(
          shard
              + " is too close to retention: record "
              + required
              + " arrived at "
              + first.get().arrival()
              + " and would expire during the replay; choose a later checkpoint, or raise the stream's retention first");
    }
  }

  private Optional<StreamRecord> first(ShardId shard, From from) {
    From next = from;
    for (int i = 0; i < EMPTY_PAGES; i++) {
      Page page = ports.stream().read(shard, next, 1);
      if (!page.records().isEmpty()) {
        return Optional.of(page.records().getFirst());
      }
      if (page.next().isEmpty()) {
        return Optional.empty();
      }
      next = page.next().get();
    }
    throw new StreamException(
        "shard "
            + shard
            + " answers no record where one was applied once; the restore is tried again");
  }

  /** Where shards begin that do not go on from what they have. */
  FreshStart freshStart(Start start) {
    return FreshStart.of(
        ports.stream(), start, settings.retentionMargin(), ports.clock().instant());
  }

  /** What is left of the records that a restored subtask would have to apply again. */
  sealed interface Left {
    /** All of them. */
    record All() implements Left {}

    /** From this one on. */
    record Since(SequenceNumber first) implements Left {}

    /** None. */
    record None() implements Left {}
  }

  Left left(JournalTail tail, Position position) {
    Position frontier = decisions.frontier(tail.head());
    if (!position.isBefore(frontier)) {
      return new Left.All();
    }
    Optional<SequenceNumber> required = position.record().or(tail.head()::firstApplied);
    if (required.isPresent()
        && first(tail.subtask().shard(), new From.At(required.get()))
            .filter(record -> record.sequenceNumber().equals(required.get()))
            .isPresent()) {
      return new Left.All();
    }
    return first(tail.subtask().shard(), new From.Horizon())
        .map(StreamRecord::sequenceNumber)
        .filter(kept -> !frontier.isBefore(kept))
        .<Left>map(Left.Since::new)
        .orElseGet(Left.None::new);
  }

  private static Position position(Map<SubtaskId, SubtaskSnapshot> states, JournalTail tail) {
    return Optional.ofNullable(states.get(tail.subtask()))
        .map(snapshot -> snapshot.state().position())
        .orElse(Position.beginning());
  }
}
