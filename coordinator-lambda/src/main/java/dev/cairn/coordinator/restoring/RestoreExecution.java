package dev.cairn.coordinator.restoring;

import dev.cairn.checkpoint.Checkpoint;
import dev.cairn.checkpoint.SubtaskState;
import dev.cairn.command.Command;
import dev.cairn.coordinator.journals.EpochAdvance;
import dev.cairn.coordinator.journals.JournalGuards;
import dev.cairn.coordinator.journals.JournalTail;
import dev.cairn.coordinator.journals.JournalTails;
import dev.cairn.coordinator.journals.LiveCheckpoints;
import dev.cairn.coordinator.ports.Announcement;
import dev.cairn.coordinator.ports.CoordinatorPorts;
import dev.cairn.coordinator.resharding.GapAcceptance;
import dev.cairn.coordinator.restoring.FreshStart.Place;
import dev.cairn.coordinator.restoring.Preflight.Plan;
import dev.cairn.id.CheckpointId;
import dev.cairn.id.Position;
import dev.cairn.id.SequenceNumber;
import dev.cairn.id.SubtaskId;
import dev.cairn.job.Job;
import dev.cairn.job.JobStatus;
import dev.cairn.job.Request;
import dev.cairn.job.Restoration;
import dev.cairn.job.Restoration.Positions;
import dev.cairn.journal.Entry.FollowingRecords;
import dev.cairn.journal.Entry.Header;
import dev.cairn.journal.Entry.Restored;
import dev.cairn.journal.Entry.StatePlace;
import dev.cairn.state.Channels;
import dev.cairn.state.Counts;
import dev.cairn.state.Manifest;
import dev.cairn.state.StartPosition;
import dev.cairn.state.StateHandle;
import dev.cairn.state.StateSchema;
import dev.cairn.state.TimeProgress;
import dev.cairn.storage.StorageException;
import dev.cairn.stream.NotInStreamException;
import dev.cairn.stream.StreamException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * Restores a running or halted job to a checkpoint. One transaction begins the restore; from then
 * on any coordinator can repeat every step, until each journal has the new epoch and each shard has
 * closed its gap.
 */
public final class RestoreExecution {
  private final CoordinatorPorts ports;
  private final JournalGuards journals;
  private final LiveCheckpoints live;
  private final JournalTails tails;
  private final RestoreGuards.TakesPart takesPart;
  private final Preflight preflight;
  private final StreamCoverage coverage;
  private final EpochAdvance epochs;
  private final GapAcceptance gaps;
  private final ShardOpening opening;

  public RestoreExecution(
      CoordinatorPorts ports,
      JournalGuards journals,
      RestoreGuards guards,
      LiveCheckpoints live,
      JournalTails tails,
      Preflight preflight,
      StreamCoverage coverage) {
    this.live = live;
    this.tails = tails;
    this.takesPart = guards.takesPart();
    this.ports = ports;
    this.journals = journals;
    this.preflight = preflight;
    this.coverage = coverage;
    this.gaps = new GapAcceptance(ports);
    this.epochs = new EpochAdvance(ports, journals, tails);
    this.opening = new ShardOpening(ports, tails);
  }

  /**
   * Begins the restore that a user requested, or stores the reason of the refusal on the job's
   * item.
   */
  public void beginRequested(Job job, Request request, Command.Restore command) {
    Instant now = ports.clock().instant();
    try {
      Plan plan = preflight.plan(job, command);
      var unused = preflight.requireReplayable(job, plan);
      begin(job, plan.from(), live.of(job.id()), Optional.of(request), now);
    } catch (RestoreRefusedException e) {
      refuse(job, request, e.reason(), now);
    } catch (NotInStreamException e) {
      refuse(job, request, String.valueOf(e.getMessage()), now);
    } catch (StorageException | StreamException e) {
      // It is not known yet whether it can be restored. The request remains, and the job continues.
      ports
          .announcer()
          .announce(new Announcement.Postponed(request.command(), String.valueOf(e.getMessage())));
    }
  }

  private void refuse(Job job, Request request, String reason, Instant now) {
    if (ports.checkpoints().refuse(job, reason, now)) {
      ports.announcer().announce(new Announcement.Refused(request, reason));
    }
  }

  /**
   * Begins a restore that has passed all checks.
   *
   * @param by the requester; empty if the job restores itself
   */
  public void begin(
      Job job, Restoration from, List<Checkpoint> checkpoints, Optional<Request> by, Instant now) {
    Restoration undoable = from.undoneBy(Checkpoint.latest(checkpoints).map(Checkpoint::id));
    JobStatus to = new JobStatus.Restoring(undoable);
    List<Checkpoint.Pending> pending = Checkpoint.pending(checkpoints);
    boolean begun =
        by.isPresent() ? ports.serve(job, to, pending, now) : ports.move(job, to, pending, now);
    if (begun) {
      ports.announcer().announce(new Announcement.RestoreBegun(undoable, job.epoch().next(), by));
    }
  }

  /**
   * Appends the restored state to every journal that does not have it, and lets the job run again.
   */
  public void resume(Job job, Restoration from) {
    try {
      Map<SubtaskId, SubtaskSnapshot> states = preflight.states(job, from);
      Optional<FreshStart> fresh = freshStart(from);
      // Each of many journals is read once here, and once more when it gets its entry.
      SortedMap<SubtaskId, JournalTail> all = tails.withRetired(job.id());
      SortedSet<SubtaskId> retired = new TreeSet<>(ports.checkpoints().retired(job.id()));
      Placements placements = coverage.placements(states, all.values());
      coverage.requireStillReadable(
          job,
          from,
          placements,
          all.values().stream().filter(tail -> !retired.contains(tail.subtask())).toList());
      if (!reinstateAll(job, from, placements, all, retired)
          || !openAll(job, from, states, placements)
          || (from.acceptsGap() && !gaps.acceptAll(job))) {
        return;
      }
      if (!epochs.appendToAll(job, tail -> restored(job, from, tail, placements, fresh))) {
        return;
      }
    } catch (RestoreRefusedException e) {
      failRestore(job, from, e.reason());
      return;
    } catch (NotInStreamException e) {
      failRestore(job, from, String.valueOf(e.getMessage()));
      return;
    }
    // The mapping of a halted job is enabled again.
    ports.topology().enable();
    Instant now = ports.clock().instant();
    if (ports.move(job, new JobStatus.Replaying(from), List.of(), now)) {
      wake(
          tails.of(job.id()).values().stream()
              .filter(tail -> tail.head().hasGap() && tail.isOpened())
              .toList());
    }
  }

  /**
   * Lets retired subtasks take part in the restore: those that get state, or that have to be
   * applied again. A retired subtask whose descendants are in the checkpoint stays retired.
   *
   * @return false if the job has advanced to another epoch
   */
  private boolean reinstateAll(
      Job job,
      Restoration from,
      Placements placements,
      Map<SubtaskId, JournalTail> all,
      SortedSet<SubtaskId> retired) {
    Set<SubtaskId> awaited =
        all.values().stream()
            .filter(tail -> placements.of(tail) instanceof Placement.Unopened)
            .flatMap(tail -> tail.parents().stream())
            .collect(Collectors.toSet());
    for (SubtaskId subtask : retired) {
      boolean isNeeded =
          !StateAssignment.areOpened(from)
              || takesPart.test(
                  placements.ancestors().contains(subtask), awaited.contains(subtask));
      // Another coordinator may have reinstated it.
      if (isNeeded
          && !ports.checkpoints().reinstate(job, subtask)
          && ports.checkpoints().isRetired(subtask)) {
        return false;
      }
    }
    return true;
  }

  private boolean openAll(
      Job job, Restoration from, Map<SubtaskId, SubtaskSnapshot> states, Placements placements)
      throws RestoreRefusedException {
    if (StateAssignment.areOpened(from)) {
      return true;
    }
    coverage.requireDeliverable(job, from, states);
    return opening.openAll(job, states, placements.ancestors());
  }

  private Optional<FreshStart> freshStart(Restoration from) {
    return switch (from.positions()) {
      case Positions.SameStream s -> Optional.empty();
      case Positions.Anew(StartPosition start) -> Optional.of(coverage.freshStart(start));
    };
  }

  private void failRestore(Job job, Restoration from, String reason) {
    ports
        .checkpoints()
        .explain(
            job,
            new Job.Refusal(
                "restore " + from.text(),
                "the restore of "
                    + from.name()
                    + " has begun and cannot continue: "
                    + reason
                    + "; no records are applied in the meantime: set restoreCheckpointId to"
                    + " another checkpoint",
                ports.clock().instant()));
  }

  private Restored restored(
      Job job,
      Restoration from,
      JournalTail tail,
      Placements placements,
      Optional<FreshStart> fresh) {
    // A descendant of the shards that begin anew was created later, and so were all its records.
    Optional<FreshStart> start = fresh.filter(anew -> !placements.isDescendant(tail.subtask()));
    return switch (placements.of(tail)) {
      case Placement.OfCheckpoint(SubtaskSnapshot snapshot) ->
          restored(job, from, tail, Optional.of(snapshot), Restored.Mode.LIVE, start);
      case Placement.Root r ->
          restored(job, from, tail, Optional.empty(), Restored.Mode.LIVE, start);
      case Placement.Unopened u ->
          restored(job, from, tail, Optional.empty(), Restored.Mode.UNOPENED, start);
      case Placement.Ancestor a ->
          ended(job, from, tail, Restored.Mode.ANCESTOR, StateHandle.EMPTY);
      // A task closes it again: its state file went if the subtask was retired.
      case Placement.ClosedEmpty c -> ended(job, from, tail, Restored.Mode.LIVE, StateHandle.EMPTY);
      case Placement.ClosedUnread c ->
          ended(job, from, tail, Restored.Mode.CLOSED, StateHandle.EMPTY);
    };
  }

  /** The entry of a closed subtask that has no state of its own. */
  private Restored ended(
      Job job, Restoration from, JournalTail tail, Restored.Mode mode, StateHandle handle) {
    Header header =
        tail.head()
            .raisedTo(job.format())
            .restored(
                ports.ids().get(),
                job.epoch(),
                ports.clock().instant(),
                Position.end(),
                Position.end(),
                new StatePlace(
                    tail.head().firstApplied(),
                    Optional.empty(),
                    // The records of a closed shard are in the state of its descendants.
                    tail.isClosed() ? tail.head().counts() : Counts.NONE,
                    Optional.empty(),
                    TimeProgress.NONE,
                    0),
                from.acceptsGap()
                    ? FollowingRecords.MAY_BE_MISSING
                    : tail.head().following().ofSamePosition());
    return new Restored(
        header,
        from.own(),
        mode,
        from.claimMode(),
        voidUpTo(job),
        tail.base().origin(),
        handle,
        Channels.EMPTY,
        List.of());
  }

  private static Optional<CheckpointId> voidUpTo(Job job) {
    return Optional.of(job.next().value() - 1).filter(last -> last > 0).map(CheckpointId::new);
  }

  private Restored restored(
      Job job,
      Restoration from,
      JournalTail tail,
      Optional<SubtaskSnapshot> snapshot,
      Restored.Mode mode,
      Optional<FreshStart> fresh) {
    Header head = tail.head();
    Position frontier = journals.frontier().of(head);
    Optional<SubtaskState> state = snapshot.map(SubtaskSnapshot::state);
    boolean isAnew = fresh.isPresent() && snapshot.isPresent();
    Place place =
        fresh
            .map(start -> placeInOtherShards(start, tail, isAnew))
            .orElseGet(() -> coverage.sameStream(from, tail, state));
    // With an accepted gap, the position of the state differs from that in its file, so the next
    // checkpoint must not contain that file.
    Optional<SubtaskSnapshot> stands =
        snapshot.filter(s -> !isAnew && s.state().position().equals(place.position()));
    Header header =
        head.raisedTo(job.format())
            .restored(
                ports.ids().get(),
                job.epoch(),
                ports.clock().instant(),
                place.position(),
                Position.max(frontier, covered(place.position())),
                new StatePlace(
                    place.firstApplied(),
                    state.flatMap(SubtaskState::firstAppliedSub),
                    state.map(SubtaskState::counts).orElse(Counts.NONE),
                    stands.flatMap(s -> from.own()),
                    state.map(SubtaskState::time).orElse(TimeProgress.NONE),
                    state.map(SubtaskState::outputs).orElse(0L)),
                following(from, head, place.position()));
    Restored live =
        new Restored(
            header,
            from.own(),
            mode,
            from.claimMode(),
            voidUpTo(job),
            isAnew ? snapshot.get().state().origin() : tail.base().origin(),
            snapshot
                .map(
                    s ->
                        new StateHandle(
                            kept(s, from.dropped()), stands.flatMap(SubtaskSnapshot::file)))
                .orElse(StateHandle.EMPTY),
            // A task refuses outputs that it cannot send, rather than losing them.
            state.map(SubtaskState::channels).orElse(Channels.EMPTY),
            snapshot.map(s -> dropped(s, from.dropped())).orElse(List.of()));
    // A closed subtask whose files its children may not build upon is closed anew by a task, which
    // writes them again.
    return place.position() instanceof Position.End && !live.isToBeRewritten(job.id())
        ? live.as(Restored.Mode.CLOSED)
        : live;
  }

  /** A subtask whose position is unchanged keeps its knowledge of the records after it. */
  private static FollowingRecords following(Restoration from, Header head, Position position) {
    if (from.acceptsGap()) {
      return FollowingRecords.MAY_BE_MISSING;
    }
    return position.equals(head.position()) && !head.hasGap()
        ? head.following().ofSamePosition()
        : FollowingRecords.UNKNOWN;
  }

  /**
   * Returns how far the mapping may skip records that a later, earlier restore has to read: up to a
   * record, because a replay ends with one.
   */
  private static Position covered(Position position) {
    return position instanceof Position.Before(SequenceNumber first)
        ? Position.after(first)
        : position;
  }

  /** The runs still hold the cells of dropped states, which the entry lists. */
  private static Manifest kept(SubtaskSnapshot snapshot, List<String> dropped) {
    Manifest manifest = snapshot.state().manifest();
    return new Manifest(
        manifest.runs(),
        manifest.schemas().stream().filter(state -> !dropped.contains(state.name())).toList());
  }

  private static List<String> dropped(SubtaskSnapshot snapshot, List<String> dropped) {
    return snapshot.state().manifest().schemas().stream()
        .map(StateSchema::name)
        .filter(dropped::contains)
        .toList();
  }

  private Place placeInOtherShards(FreshStart start, JournalTail tail, boolean isListed) {
    Position frontier = journals.frontier().of(tail.head());
    Optional<SequenceNumber> firstApplied = tail.head().firstApplied();
    return isListed
        ? start.in(tail.subtask().shard(), firstApplied, frontier)
        // The shard is no longer in the stream: its keys belong to other shards, and it cannot be
        // read.
        : new Place(frontier, firstApplied);
  }

  /**
   * Wakes these subtasks. A wake that fails does not prevent the others; the next tick repeats it.
   */
  private void wake(List<JournalTail> tails) {
    ports.fanOut().forEach(tails, tail -> ports.topology().wake(tail.subtask()));
  }
}
