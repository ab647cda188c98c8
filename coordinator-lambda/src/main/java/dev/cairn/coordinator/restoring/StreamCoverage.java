package dev.cairn.coordinator.restoring;

import dev.cairn.checkpoint.SubtaskState;
import dev.cairn.coordinator.journals.JournalGuards;
import dev.cairn.coordinator.journals.JournalTail;
import dev.cairn.coordinator.journals.JournalTails;
import dev.cairn.coordinator.ports.CoordinatorPorts;
import dev.cairn.coordinator.ports.CoordinatorSettings;
import dev.cairn.coordinator.restoring.FreshStart.Place;
import dev.cairn.id.JobId;
import dev.cairn.id.Position;
import dev.cairn.id.SequenceNumber;
import dev.cairn.id.ShardId;
import dev.cairn.id.SubtaskId;
import dev.cairn.job.Job;
import dev.cairn.job.Restoration;
import dev.cairn.job.Restoration.Positions;
import dev.cairn.job.Restoration.Source;
import dev.cairn.state.StartPosition;
import dev.cairn.storage.FileRef;
import dev.cairn.stream.NotInStreamException;
import dev.cairn.stream.Shard;
import dev.cairn.stream.StreamException;
import dev.cairn.stream.StreamReader.From;
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
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** Checks whether the stream still has the records that follow a restore. */
public final class StreamCoverage {
  private final RestoreGuards guards;
  private final CoordinatorPorts ports;
  private final CoordinatorSettings settings;
  private final JournalGuards journals;
  private final JournalTails tails;
  private final CheckpointReader files;
  private final ShardReads reads;
  private final UnreadRecords unread;

  public StreamCoverage(
      CoordinatorPorts ports,
      CoordinatorSettings settings,
      JournalGuards journals,
      RestoreGuards guards,
      JournalTails tails,
      ShardReads reads) {
    this.ports = ports;
    this.settings = settings;
    this.journals = journals;
    this.tails = tails;
    this.files = new CheckpointReader(ports);
    this.reads = reads;
    this.guards = guards;
    this.unread = new UnreadRecords(ports, settings, journals, guards, reads);
  }

  /**
   * Requires that each subtask finds the records that it has to apply, and has the time for it.
   *
   * @param states the state for each subtask
   */
  public void require(Job job, Restoration from, Map<SubtaskId, SubtaskSnapshot> states)
      throws RestoreRefusedException {
    if (from.positions() instanceof Positions.Anew(StartPosition start)) {
      requireInTime(start, from.acceptsGap());
    }
    if (!from.acceptsGap()) {
      requireGaps(job, from.positions(), states, tails.withRetired(job.id()).values());
    }
  }

  /**
   * Requires that the stream still has every record that the job has yet to apply from its current
   * state.
   *
   * @throws RestoreRefusedException if records may have expired while the job did not read its
   *     stream
   */
  public void requireNothingLost(Job job) throws RestoreRefusedException {
    Collection<JournalTail> all = tails.of(job.id()).values();
    unread.require(job, all);
    unread.requireNoneOfUnknownChildren(job, all);
  }

  /**
   * Repeats the check for records that the job has yet to apply. A resume begins with that check,
   * but it may take long until it reaches the last journal.
   */
  public void requireStillReadable(Job job) throws RestoreRefusedException {
    unread.require(job, waiting(job));
  }

  /**
   * Requires that the stream still has every record after the subtasks whose position a restore
   * does not change.
   *
   * @param registered the journals of all subtasks that are not retired
   */
  void requireStillReadable(
      Job job, Restoration from, Placements placements, Collection<JournalTail> registered)
      throws RestoreRefusedException {
    if (from.acceptsGap() || isRedistributed(from.positions())) {
      return;
    }
    unread.require(
        job,
        registered.stream()
            .filter(tail -> !journals.hasEntered().test(job, tail))
            .filter(
                tail ->
                    position(placements, tail)
                        .filter(at -> !at.isBefore(journals.frontier().of(tail.head())))
                        .isPresent())
            .toList());
  }

  /**
   * Returns the journals of the subtasks that a restore gives a position: all but those of closed
   * shards that stay closed.
   */
  public SortedMap<SubtaskId, JournalTail> placed(
      JobId job, Map<SubtaskId, SubtaskSnapshot> states) {
    SortedMap<SubtaskId, JournalTail> placed = new TreeMap<>(tails.withRetired(job));
    List<Shard> listed;
    try {
      listed = ports.topology().source().stream().shards();
    } catch (StreamException e) {
      // The journals name the parents too.
      listed = List.of();
    }
    Placements placements = new Placements(states, placed.values(), listed, guards.opensAgain());
    placed.values().removeIf(tail -> position(placements, tail).isEmpty());
    return placed;
  }

  /**
   * Decides what becomes of the subtasks.
   *
   * @param all the journals of all of the job's subtasks, also of the retired ones
   */
  Placements placements(Map<SubtaskId, SubtaskSnapshot> states, Collection<JournalTail> all) {
    return new Placements(
        states, all, ports.topology().source().stream().shards(), guards.opensAgain());
  }

  /** Returns the journals that do not have the job's epoch yet. */
  private List<JournalTail> waiting(Job job) {
    return tails.of(job.id()).values().stream()
        .filter(tail -> !journals.hasEntered().test(job, tail))
        .toList();
  }

  /** Requires that the stream has the records since a time, and will keep them for a while. */
  private void requireInTime(StartPosition start, boolean acceptsGap)
      throws RestoreRefusedException {
    if (!(start instanceof StartPosition.AtTimestamp(Instant time))) {
      return;
    }
    Instant now = ports.clock().instant();
    if (time.isAfter(now)) {
      throw new RestoreRefusedException(
          "--positions "
              + time
              + " is in the future, it is "
              + now
              + ": give a time up to now, from which the records of the stream are to be applied");
    }
    if (acceptsGap) {
      return;
    }
    Duration retention = ports.topology().source().stream().retention();
    Instant horizon = now.minus(retention);
    if (time.isBefore(horizon.plus(settings.retentionMargin()))) {
      throw new RestoreRefusedException(
          "--positions "
              + time
              + (time.isBefore(horizon)
                  ? " is beyond retention: records from before " + horizon + " are gone"
                  : " is too close to retention: records would expire during the replay")
              + "; give a later time, increase the stream's retention first, or omit the"
              + " expired records with --positions horizon or --accept-gap");
    }
  }

  /**
   * Requires that Kinesis keeps every record between each subtask's restored position and its
   * frontier; and, for an unchanged position, every record after it.
   */
  private void requireGaps(
      Job job,
      Positions positions,
      Map<SubtaskId, SubtaskSnapshot> states,
      Collection<JournalTail> tails)
      throws RestoreRefusedException {
    List<Gap> gaps = new ArrayList<>();
    List<JournalTail> unmoved = new ArrayList<>();
    Set<SubtaskId> opened = new HashSet<>();
    Placements placements = placements(states, tails);
    for (JournalTail tail : tails) {
      opened.add(tail.subtask());
      if (isRedistributed(positions) && states.containsKey(tail.subtask())) {
        continue;
      }
      Optional<Position> position = position(placements, tail);
      if (position.isEmpty()) {
        continue;
      }
      if (position.get().isBefore(journals.frontier().of(tail.head()))) {
        gaps.add(
            new Gap(
                tail.subtask().shard(),
                position.get(),
                tail.head().firstApplied(),
                journals.frontier().of(tail.head()) instanceof Position.End));
      } else {
        unmoved.add(tail);
      }
    }
    unread.requireNoneReported(tails);
    unread.require(job, unmoved);
    unread.requireNoneOfUnknownChildren(job, tails);
    gaps.addAll(unread(states, opened));
    if (gaps.isEmpty()) {
      return;
    }
    requireAll(gaps, reads.horizon().plus(settings.retentionMargin()));
  }

  /** Returns the records that the mapping has yet to deliver, from its horizon on. */
  private static List<Gap> unread(Map<SubtaskId, SubtaskSnapshot> states, Set<SubtaskId> opened) {
    return states.entrySet().stream()
        .filter(state -> !opened.contains(state.getKey()))
        .filter(state -> state.getValue().state().position().record().isPresent())
        .map(
            state ->
                new Gap(
                    state.getKey().shard(),
                    state.getValue().state().position(),
                    Optional.empty(),
                    false))
        .toList();
  }

  /**
   * Requires that the mapping will still deliver all records after the states of shards that the
   * job has not opened. A restore begins with that check, but a fork may be deployed long after it
   * was begun.
   */
  void requireDeliverable(Job job, Restoration from, Map<SubtaskId, SubtaskSnapshot> states)
      throws RestoreRefusedException {
    if (from.acceptsGap()
        || isRedistributed(from.positions())
        || !(from.source() instanceof Source.Metadata(FileRef file))) {
      return;
    }
    List<Gap> gaps = unread(states, Set.copyOf(ports.checkpoints().subtasks(job.id())));
    Instant oldestAllowed = reads.horizon().plus(settings.retentionMargin());
    // Later records are there. In an idle shard, the record at the position may have expired.
    if (!gaps.isEmpty() && files.metadata(file).trigger().triggeredAt().isBefore(oldestAllowed)) {
      requireAll(gaps, Instant.MIN);
    }
  }

  private void requireAll(List<Gap> gaps, Instant oldestAllowed) throws RestoreRefusedException {
    Set<ShardId> shards =
        ports.topology().source().stream().shards().stream()
            .map(Shard::id)
            .collect(Collectors.toSet());
    RestoreCheck.all(ports.fanOut(), gaps, gap -> requireGap(gap, shards, oldestAllowed));
  }

  private static boolean isRedistributed(Positions positions) {
    return switch (positions) {
      case Positions.SameStream s -> false;
      case Positions.Anew a -> true;
    };
  }

  /**
   * A shard of which records have to be read from this position on.
   *
   * @param isToEnd whether it was closed, so that it has to be read to its end
   */
  private record Gap(
      ShardId shard, Position position, Optional<SequenceNumber> firstApplied, boolean isToEnd) {}

  private void requireGap(Gap gap, Set<ShardId> shards, Instant oldestAllowed)
      throws RestoreRefusedException {
    String shard = "shard " + gap.shard();
    if (!shards.contains(gap.shard())) {
      throw new RestoreRefusedException(
          shard + " is no longer in the stream, but its records would have to be read again");
    }
    Optional<SequenceNumber> proof = gap.position().record().or(gap::firstApplied);
    if (proof.isEmpty()) {
      if (gap.isToEnd()) {
        // It was closed without a record, so none can be missing.
        return;
      }
      throw new RestoreRefusedException(shard + " has a gap but no first record");
    }
    SequenceNumber required = proof.get();
    Optional<StreamRecord> first;
    try {
      first = reads.first(gap.shard(), new From.At(required));
    } catch (NotInStreamException e) {
      throw new RestoreRefusedException(
          shard
              + " does not have the record at the checkpoint's position: "
              + e.getMessage()
              + "; if the stream was deleted and created again, the records of the old stream"
              + " are lost: restore with --accept-gap to continue without them, or choose"
              + " where to begin in the new stream with --positions");
    }
    if (first.isEmpty() || !first.get().sequenceNumber().equals(required)) {
      throw new RestoreRefusedException(
          shard
              + " is beyond retention: record "
              + required
              + " is no longer in the stream, "
              + first
                  .map(
                      oldest ->
                          "the oldest record after it that is kept arrived at " + oldest.arrival())
                  .orElse("nor is any record after it")
              + "; choose a later checkpoint, or continue without the expired records with"
              + " --accept-gap");
    }
    if (first.get().arrival().isBefore(oldestAllowed)) {
      throw new RestoreRefusedException(
          shard
              + " is too close to retention: record "
              + required
              + " arrived at "
              + first.get().arrival()
              + " and would expire during the replay; choose a later checkpoint, or raise the"
              + " stream's retention first");
    }
  }

  /** Returns where shards begin that do not continue from their own state. */
  public FreshStart freshStart(StartPosition start) {
    return FreshStart.of(reads, start, settings.retentionMargin());
  }

  /**
   * Returns the place of a subtask that continues in its own stream, as far as the stream has the
   * following records.
   */
  public Place sameStream(Restoration from, JournalTail tail, Optional<SubtaskState> state) {
    Position position = state.map(SubtaskState::position).orElse(Position.beginning());
    Optional<SequenceNumber> firstApplied =
        tail.head().firstApplied().or(() -> state.flatMap(SubtaskState::firstApplied));
    if (!from.acceptsGap()) {
      return new Place(position, firstApplied);
    }
    return switch (remaining(tail, position)) {
      case Remaining.All all -> new Place(position, firstApplied);
      // Earlier records have expired, so a replay begins with it.
      case Remaining.Since(SequenceNumber first) -> new Place(Position.before(first), firstApplied);
      case Remaining.None none -> new Place(journals.frontier().of(tail.head()), firstApplied);
    };
  }

  /** The kept part of the records that a restored subtask has to apply again. */
  private sealed interface Remaining {
    /** All of them. */
    record All() implements Remaining {}

    /** From this one on. */
    record Since(SequenceNumber first) implements Remaining {}

    /** None. */
    record None() implements Remaining {}
  }

  private Remaining remaining(JournalTail tail, Position position) {
    Position frontier = journals.frontier().of(tail.head());
    if (!position.isBefore(frontier)) {
      return new Remaining.All();
    }
    ShardId shard = tail.subtask().shard();
    Optional<SequenceNumber> required = position.record().or(tail.head()::firstApplied);
    if (required.isPresent() && has(shard, required.get())) {
      return new Remaining.All();
    }
    return oldestSafeRecord(shard)
        .map(StreamRecord::sequenceNumber)
        .filter(kept -> !frontier.isBeforeAllOf(kept))
        .<Remaining>map(Remaining.Since::new)
        .orElseGet(Remaining.None::new);
  }

  private boolean has(ShardId shard, SequenceNumber record) {
    try {
      return reads
          .first(shard, new From.At(record))
          .filter(first -> first.sequenceNumber().equals(record))
          .isPresent();
    } catch (NotInStreamException e) {
      // The stream was created again under its name. The caller accepts the loss of the old
      // stream's records.
      return false;
    }
  }

  /** The oldest record at which a replay can begin: it must not expire before the replay does. */
  private Optional<StreamRecord> oldestSafeRecord(ShardId shard) {
    Instant oldestProof = reads.horizon().plus(settings.retentionMargin().dividedBy(2));
    Optional<StreamRecord> oldest;
    try {
      oldest = reads.first(shard, new From.Horizon());
    } catch (NotInStreamException e) {
      // The stream has forgotten a closed shard of which no record is left.
      return Optional.empty();
    }
    return oldest.isPresent() && oldest.get().arrival().isBefore(oldestProof)
        ? reads.first(shard, new From.Time(oldestProof))
        : oldest;
  }

  /** Where a restore puts a subtask; empty if it stays closed, and nothing of it is read again. */
  private static Optional<Position> position(Placements placements, JournalTail tail) {
    return switch (placements.of(tail)) {
      case Placement.OfCheckpoint(SubtaskSnapshot snapshot) ->
          Optional.of(snapshot.state().position());
      case Placement.Root r -> Optional.of(Position.beginning());
      case Placement.Unopened u -> Optional.of(Position.beginning());
      case Placement.Ancestor a -> Optional.empty();
      case Placement.ClosedEmpty c -> Optional.empty();
      case Placement.ClosedUnread c -> Optional.empty();
    };
  }
}
