package dev.cairn.coordinator;

import dev.cairn.checkpoint.Checkpoint;
import dev.cairn.checkpoint.Failure;
import dev.cairn.coordinator.checkpointing.AckTally;
import dev.cairn.coordinator.checkpointing.CheckpointCompletion;
import dev.cairn.coordinator.checkpointing.CheckpointDecisions;
import dev.cairn.coordinator.checkpointing.CheckpointTriggers;
import dev.cairn.coordinator.checkpointing.SubtaskRequest;
import dev.cairn.coordinator.collecting.ExpiredLetters;
import dev.cairn.coordinator.collecting.GarbageCollection;
import dev.cairn.coordinator.commanding.CommandDecisions;
import dev.cairn.coordinator.commanding.Commands;
import dev.cairn.coordinator.commanding.DisposeCommand;
import dev.cairn.coordinator.commanding.ForkCommands;
import dev.cairn.coordinator.history.HistoryWriter;
import dev.cairn.coordinator.journals.JobView;
import dev.cairn.coordinator.journals.JournalTail;
import dev.cairn.coordinator.journals.JournalTails;
import dev.cairn.coordinator.journals.LiveCheckpoints;
import dev.cairn.coordinator.lifecycle.Lifecycle;
import dev.cairn.coordinator.lifecycle.LifecycleDecisions;
import dev.cairn.coordinator.lifecycle.MappingSwitch;
import dev.cairn.coordinator.lifecycle.Recovery;
import dev.cairn.coordinator.lifecycle.StuckShards;
import dev.cairn.coordinator.ports.Announcement;
import dev.cairn.coordinator.ports.CoordinatorPorts;
import dev.cairn.coordinator.ports.CoordinatorSettings;
import dev.cairn.coordinator.ports.Event;
import dev.cairn.coordinator.restoring.Preflight;
import dev.cairn.coordinator.restoring.RestoreExecution;
import dev.cairn.coordinator.restoring.ShardReads;
import dev.cairn.coordinator.restoring.StreamCoverage;
import dev.cairn.id.JobId;
import dev.cairn.id.SubtaskId;
import dev.cairn.job.Halt;
import dev.cairn.job.Job;
import dev.cairn.job.JobStatus;
import dev.cairn.job.Restoration;
import dev.cairn.job.WakeMessage;
import dev.cairn.parallel.FanOut;
import dev.cairn.state.StartPosition;
import dev.cairn.stream.NotInStreamException;
import dev.cairn.stream.Shard;
import dev.cairn.stream.StreamException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.stream.Collectors;

/**
 * Triggers and completes a job's checkpoints, performs restores, and halts and resumes the job. For
 * each event it executes the user's request, settles pending checkpoints, reads a view of the job,
 * plans from it, and performs the plan; {@code docs/architecture.md} describes these steps.
 *
 * <p>Each write is conditional on what was read; data kept between events only saves reads. Any
 * number of coordinators may work on one job, and each may stop between any two writes; the next
 * tick continues.
 */
public final class Coordinator {
  private final CoordinatorPorts ports;
  private final JobPlan plan;
  private final LiveCheckpoints live;
  private final JournalTails tails;
  private final AckTally acknowledgements = new AckTally();
  private final CheckpointTriggers triggering;
  private final CheckpointCompletion completing;
  private final Commands commands;
  private final Lifecycle lifecycle;
  private final MappingSwitch mapping;
  private final RestoreExecution restore;
  private final Recovery recovery;
  private final StuckShards stuckShards;
  private final ExpiredLetters expiredLetters;
  private final GarbageCollection collection;
  private final HistoryWriter historyWriter;
  private boolean isToBeRecorded;

  public Coordinator(
      CoordinatorPorts given, CoordinatorSettings settings, CoordinatorGuards guards) {
    this.historyWriter = new HistoryWriter(given);
    this.ports = given.announcingFirst(this::noteWhetherToRecord);
    this.plan = new JobPlan(settings, guards);
    CheckpointDecisions checkpointing =
        new CheckpointDecisions(guards.journals(), guards.checkpoints());
    this.live = new LiveCheckpoints(ports.checkpoints());
    this.tails = new JournalTails(ports);
    this.collection = new GarbageCollection(ports, settings, guards.collection(), live, tails);
    this.completing =
        new CheckpointCompletion(
            ports, checkpointing, guards.checkpoints(), live, tails, acknowledgements, collection);
    this.triggering = new CheckpointTriggers(ports, settings, checkpointing, tails, completing);
    StreamCoverage coverage =
        new StreamCoverage(
            ports,
            settings,
            guards.journals(),
            guards.restores(),
            tails,
            ShardReads.inTicks(ports));
    this.lifecycle = new Lifecycle(ports, guards.journals(), tails, coverage);
    this.mapping = new MappingSwitch(ports.topology().source().mapping(), ports.announcer());
    Preflight preflight = new Preflight(ports, coverage);
    this.restore =
        new RestoreExecution(
            ports, guards.journals(), guards.restores(), live, tails, preflight, coverage);
    this.recovery = new Recovery(ports, preflight, restore, lifecycle);
    this.expiredLetters = new ExpiredLetters(ports);
    this.stuckShards =
        new StuckShards(ports, settings, new LifecycleDecisions(guards.journals()), tails);
    this.commands =
        new Commands(
            ports,
            new CommandDecisions(),
            live,
            triggering,
            restore,
            new DisposeCommand(ports, settings, tails, live),
            new ForkCommands(ports, guards.journals(), tails, preflight),
            coverage);
  }

  public Coordinator(CoordinatorPorts ports, CoordinatorSettings settings) {
    this(ports, settings, CoordinatorGuards.ALL);
  }

  public void on(Event event) {
    // The tally shows without a read that more acknowledgements are missing.
    if (event instanceof Event.Acknowledged acknowledged
        && acknowledgements.canWait(acknowledged)) {
      return;
    }
    Optional<Job> found = read(event.job());
    if (found.isEmpty()) {
      return;
    }
    Optional<RuntimeException> unserved = Optional.empty();
    Job job;
    try {
      job = executeRequest(found.get());
    } catch (RuntimeException e) {
      // If the request cannot be executed now, it waits for the next tick; checkpoints continue.
      unserved = Optional.of(e);
      job = ports.checkpoints().job(event.job()).orElse(found.get());
    }
    isToBeRecorded = false;
    settle(job, event);
    JobView view = read(job, event);
    Instant now = ports.clock().instant();
    for (Action action : plan.plan(view, event, now)) {
      perform(action, view, now);
    }
    if (isToBeRecorded) {
      ports.checkpoints().job(event.job()).ifPresent(historyWriter::happened);
    }
    if (unserved.isPresent()) {
      throw unserved.get();
    }
  }

  /** Refuses invalid settings that a user has typed on the item. */
  private Optional<Job> read(JobId job) {
    try {
      return ports.checkpoints().job(job);
    } catch (IllegalArgumentException e) {
      ports
          .checkpoints()
          .refuseSettings(job, String.valueOf(e.getMessage()), ports.clock().instant());
      throw e;
    }
  }

  private Job executeRequest(Job job) {
    Job served = commands.execute(job);
    // Recorded immediately, because the requester is known only now.
    job.request().ifPresent(by -> historyWriter.served(served, by));
    return served;
  }

  private void noteWhetherToRecord(Announcement announcement) {
    isToBeRecorded |= historyWriter.concerns(announcement);
  }

  /** Brings to their end the pending checkpoints that the event may have completed or failed. */
  private void settle(Job job, Event event) {
    if (job.status() instanceof JobStatus.Halted(Halt.Stopping s)) {
      completing.settleAll(job);
    } else if (job.status().isRunning()) {
      switch (event) {
        case Event.Tick t -> completing.settleAll(job);
        case Event.Acknowledged acknowledged -> completing.acknowledged(job, acknowledged);
        case Event.Declined declined -> completing.declined(job, declined.checkpoint());
        case Event.Requested r -> {}
      }
    }
  }

  /** Reads the view for the plan, after checkpoints were settled. */
  private JobView read(Job job, Event event) {
    if (!JobPlan.needsJournals(job, event)) {
      return JobView.of(job);
    }
    SortedMap<SubtaskId, JournalTail> journals = tails.of(job.id());
    List<Checkpoint> checkpoints = live.of(job.id());
    boolean isCancelled = job.status() instanceof JobStatus.Halted(Halt.Cancelled c);
    return new JobView(
        job,
        journals,
        checkpoints,
        Checkpoint.pending(checkpoints).stream()
            .collect(Collectors.toMap(Checkpoint::id, acknowledgements::of)),
        isCancelled ? ports.checkpoints().forks(job.id()) : List.of(),
        job.status().isRunning() ? listed() : List.of());
  }

  /**
   * Returns the shards that the stream lists; none if it does not answer, and the next tick asks.
   */
  private List<Shard> listed() {
    try {
      return ports.topology().source().stream().shards();
    } catch (StreamException | NotInStreamException e) {
      ports
          .announcer()
          .announce(
              new Announcement.Postponed("to look at the shards", String.valueOf(e.getMessage())));
      return List.of();
    }
  }

  private void perform(Action action, JobView view, Instant now) {
    Job job = view.job();
    switch (action) {
      case Action.RecordHistory(Optional<SortedMap<String, Failure>> failing) ->
          historyWriter.tick(job, view.checkpoints(), failing);
      case Action.Announce(Announcement announcement) -> ports.announcer().announce(announcement);
      case Action.Move move -> move(job, move, now);
      case Action.ContinueWithoutSavepoint(String why) ->
          lifecycle.continueWithoutSavepoint(job, why, now);
      case Action.Recover(List<JournalTail> damaged) ->
          recovery.recover(job, damaged, view.checkpoints());
      case Action.Begin(Checkpoint.Pending pending, List<SubtaskRequest> requests) ->
          triggering.begin(pending, requests, Optional.empty(), now);
      case Action.RequestAcks(Checkpoint.Pending pending, List<SubtaskRequest> requests) ->
          triggering.request(pending, requests, now);
      // A failed wake does not prevent the others; the next tick repeats it.
      case Action.Wake(List<SubtaskId> subtasks) ->
          wake(subtasks, WakeMessage.Purpose.PENDING_WORK);
      case Action.Reshard(List<SubtaskId> opened, List<SubtaskId> drained) -> {
        wake(drained, WakeMessage.Purpose.DRAIN);
        // One after the other: each task that opens a shard checks the job's item and registers the
        // subtask beside it, and one partition key takes 1,000 write units a second.
        FanOut.ONE_BY_ONE.forEach(
            opened, subtask -> ports.topology().wake(subtask, WakeMessage.Purpose.OPEN));
      }
      case Action.Suspend(Halt to) -> lifecycle.suspend(job, to);
      case Action.Resume(boolean acceptsGap) -> lifecycle.resume(job, acceptsGap);
      case Action.Restore(Restoration from) -> restore.resume(job, from);
      case Action.KeepMapping(boolean on, Set<StartPosition> starts) ->
          mapping.keep(on, starts, now);
      case Action.FindStuckShards l -> stuckShards.check(job, view.journals(), now);
      case Action.DeleteExpiredLetters d -> expiredLetters.deleteDue(job, view.journals(), now);
      case Action.Collect c -> collection.collect(job.id());
      case Action.DeleteCheckpoints d -> completing.deleteAll(job);
    }
  }

  /** A wake that fails keeps none of the others from being sent; the next tick repeats it. */
  private void wake(List<SubtaskId> subtasks, WakeMessage.Purpose purpose) {
    ports.fanOut().forEach(subtasks, subtask -> ports.topology().wake(subtask, purpose));
  }

  private void move(Job job, Action.Move move, Instant now) {
    if (ports.move(job, move.to(), move.aborting(), now)) {
      move.announcement().ifPresent(ports.announcer()::announce);
    }
  }
}
