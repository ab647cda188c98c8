package dev.cairn.coordinator;

import dev.cairn.checkpoint.Checkpoint;
import dev.cairn.coordinator.checkpointing.AckTally;
import dev.cairn.coordinator.checkpointing.CheckpointCompletion;
import dev.cairn.coordinator.checkpointing.CheckpointTriggers;
import dev.cairn.coordinator.checkpointing.SavepointPlace;
import dev.cairn.coordinator.collecting.ExpiredLetters;
import dev.cairn.coordinator.collecting.GarbageCollection;
import dev.cairn.coordinator.commanding.CommandDecisions;
import dev.cairn.coordinator.commanding.Commands;
import dev.cairn.coordinator.commanding.DisposeCommand;
import dev.cairn.coordinator.commanding.ForkCommands;
import dev.cairn.coordinator.history.HistoryWriter;
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
import dev.cairn.coordinator.restoring.Restore;
import dev.cairn.coordinator.restoring.ShardReads;
import dev.cairn.coordinator.restoring.StreamCoverage;
import dev.cairn.id.JobId;
import dev.cairn.id.SubtaskId;
import dev.cairn.job.Fork;
import dev.cairn.job.Halt;
import dev.cairn.job.Job;
import dev.cairn.job.JobStatus;
import dev.cairn.job.Restoration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Triggers a job's checkpoints, commits those that are complete, restores what a user asks for, and
 * lets the job halt and go on.
 *
 * <p>Each event loads what it needs, and each write is conditional on what was read; what is
 * remembered between events only saves reading. Any number of coordinators may work on one job, and
 * each may stop between any two writes; the next tick goes on.
 */
public final class Coordinator {
  private final CoordinatorPorts ports;
  private final CoordinatorSettings settings;
  private final Decisions decisions;
  private final LiveCheckpoints live;
  private final JournalTails tails;
  private final AckTally answers = new AckTally();
  private final CheckpointTriggers triggering;
  private final CheckpointCompletion completing;
  private final Commands commands;
  private final Lifecycle lifecycle;
  private final MappingSwitch mapping;
  private final Restore restore;
  private final Recovery recovery;
  private final StuckShards stuckShards;
  private final ExpiredLetters expiredLetters;
  private final GarbageCollection collection;
  private final HistoryWriter historyWriter;
  private boolean isToBeRecorded;

  public Coordinator(CoordinatorPorts given, CoordinatorSettings settings, Decisions decisions) {
    this.historyWriter = new HistoryWriter(given);
    this.ports = given.announcingFirst(this::noteWhetherToRecord);
    this.settings = settings;
    this.decisions = decisions;
    this.live = new LiveCheckpoints(ports.checkpoints());
    this.tails = new JournalTails(ports);
    this.collection = new GarbageCollection(ports, settings, decisions.collecting(), live, tails);
    this.completing =
        new CheckpointCompletion(
            ports,
            decisions.checkpointing(),
            decisions.collecting(),
            live,
            tails,
            answers,
            collection);
    this.triggering =
        new CheckpointTriggers(
            ports,
            settings,
            decisions.journals(),
            decisions.checkpointing(),
            tails,
            answers,
            completing);
    StreamCoverage coverage =
        new StreamCoverage(
            ports,
            settings,
            decisions.journals(),
            decisions.restoring(),
            tails,
            ShardReads.inTicks(ports));
    this.lifecycle = new Lifecycle(ports, decisions.journals(), tails, coverage);
    this.mapping = new MappingSwitch(ports.mapping(), ports.announcer());
    Preflight preflight = new Preflight(ports, settings, decisions.restoring(), coverage);
    this.restore =
        new Restore(ports, settings, decisions.journals(), live, tails, preflight, coverage);
    this.recovery = new Recovery(ports, decisions.restoring(), preflight, restore, lifecycle);
    this.expiredLetters = new ExpiredLetters(ports);
    this.stuckShards = new StuckShards(ports, settings, decisions.lifecycle(), tails);
    this.commands =
        new Commands(
            ports,
            new CommandDecisions(),
            live,
            triggering,
            restore,
            new DisposeCommand(ports, tails, live),
            new ForkCommands(ports, decisions.journals(), tails, preflight),
            coverage);
  }

  public Coordinator(CoordinatorPorts ports, CoordinatorSettings settings) {
    this(ports, settings, Decisions.all());
  }

  public void on(Event event) {
    // Nothing has to be read to know that others are still to answer.
    if (event instanceof Event.Acknowledged told && answers.canWait(told)) {
      return;
    }
    Optional<Job> found = read(event.job());
    if (found.isEmpty()) {
      return;
    }
    Optional<RuntimeException> unserved = Optional.empty();
    Job job;
    try {
      job = serve(found.get());
    } catch (RuntimeException e) {
      // What a user asks for waits for the next tick; the job's checkpoints do not.
      unserved = Optional.of(e);
      job = ports.checkpoints().job(event.job()).orElse(found.get());
    }
    isToBeRecorded = false;
    proceed(job, event);
    if (isToBeRecorded) {
      ports.checkpoints().job(event.job()).ifPresent(historyWriter::happened);
    }
    if (unserved.isPresent()) {
      throw unserved.get();
    }
  }

  /** Settings that a user has typed on the item and that cannot be kept are refused there. */
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

  private Job serve(Job job) {
    Job served = commands.serve(job);
    // Recorded at once: only now is it known who asked.
    job.request().ifPresent(by -> historyWriter.served(served, by));
    return served;
  }

  private void noteWhetherToRecord(Announcement announcement) {
    isToBeRecorded |= historyWriter.concerns(announcement);
  }

  private void proceed(Job job, Event event) {
    if (event instanceof Event.Tick
        && !job.status().isRunning()
        && !(job.status() instanceof JobStatus.Halted)) {
      historyWriter.tick(job, List.of(), Optional.empty());
    }
    switch (job.status()) {
      case JobStatus.Running r -> run(job, event);
      case JobStatus.Replaying r -> run(job, event);
      case JobStatus.Restoring(Restoration from) -> restore.resume(job, from);
      case JobStatus.Suspending(Halt to) -> lifecycle.suspend(job, to);
      case JobStatus.Resuming(boolean acceptsGap) -> lifecycle.resume(job, acceptsGap);
      case JobStatus.Halted(Halt halt) -> rest(job, halt, event);
    }
  }

  private void run(Job job, Event event) {
    switch (event) {
      case Event.Tick t -> tick(job);
      case Event.Acknowledged acknowledged -> completing.acknowledged(job, acknowledged);
      case Event.Declined declined -> completing.declined(job, declined.checkpoint());
      case Event.Requested r -> {}
    }
  }

  private void tick(Job job) {
    completing.settleAll(job);
    Map<SubtaskId, JournalTail> tails = this.tails.of(job.id());
    List<Checkpoint> checkpoints = live.of(job.id());
    // Read after what the decisions look at, so that nothing of it lies in the future.
    Instant now = ports.clock().instant();
    historyWriter.tick(
        job, checkpoints, Optional.of(decisions.lifecycle().failures(tails.values())));
    ports
        .announcer()
        .announce(new Announcement.Health(decisions.lifecycle().failing(tails.values()), false));
    List<JournalTail> damaged = decisions.lifecycle().damaged(tails.values());
    if (!damaged.isEmpty()) {
      recovery.recover(job, damaged, checkpoints);
      return;
    }
    Optional<Halt> failed = decisions.lifecycle().failed(job, checkpoints, tails.values());
    if (failed.isPresent()) {
      lifecycle.halt(job, failed.get(), checkpoints, now);
      return;
    }
    int inProgress = Checkpoint.pending(checkpoints).size();
    if (inProgress > 0) {
      ports.announcer().announce(new Announcement.InProgress(inProgress));
    }
    if (decisions
        .checkpointing()
        .isDue(job, checkpoints, tails.values(), settings.tickTolerance(), now)) {
      triggering.onSchedule(job, tails, now);
    }
    triggering.repeat(checkpoints, tails, now);
    restore.wakeGaps(job, tails.values(), now);
    stuckShards.look(job, tails.values(), now);
    expiredLetters.look(job, tails.values(), now);
    mapping.keep(true, decisions.lifecycle().starts(tails.values()), now);
    if (decisions.collecting().isCollectionDue(job, tails.values(), now)) {
      collection.collect(job.id());
    }
  }

  /** All of a cancelled job's checkpoints, and their files as soon as nobody can write any more. */
  private boolean isToBeDeleted(
      Job job,
      Map<SubtaskId, JournalTail> tails,
      List<Checkpoint> checkpoints,
      List<Fork> forks,
      Instant now) {
    return decisions
            .collecting()
            .isDeletionDue(job, checkpoints, tails.values(), settings.longestInvocation(), now)
        || forks.stream().anyMatch(Fork::isReleased);
  }

  /** A job that has halted has its last savepoint to take, or its checkpoints to delete. */
  private void rest(Job job, Halt halt, Event event) {
    boolean isTick = event instanceof Event.Tick;
    if (halt instanceof Halt.Stopping) {
      completing.settleAll(job);
    }
    boolean isToGo = halt instanceof Halt.Cancelled c && c.deletesCheckpoints() && isTick;
    boolean reads = halt instanceof Halt.Stopping || isToGo;
    Map<SubtaskId, JournalTail> tails = reads ? this.tails.of(job.id()) : Map.of();
    List<Checkpoint> checkpoints = reads ? live.of(job.id()) : List.of();
    List<Fork> forks = isToGo ? ports.checkpoints().forks(job.id()) : List.of();
    Instant now = ports.clock().instant();
    if (isTick) {
      historyWriter.tick(job, checkpoints, Optional.empty());
    }
    mapping.keep(false, Set.of(), now);
    switch (halt) {
      case Halt.Stopping stopping -> {
        switch (decisions.lifecycle().stop(job, checkpoints)) {
          case LifecycleDecisions.Stop.Trigger t ->
              // The setting may have become another since the command was found possible.
              SavepointPlace.refusal(job, stopping.savepoint())
                  .ifPresentOrElse(
                      why -> lifecycle.goOn(job, "the job goes on: " + why, now),
                      () -> triggering.ofStop(job, stopping, tails, now));
          case LifecycleDecisions.Stop.Wait w -> triggering.repeat(checkpoints, tails, now);
          case LifecycleDecisions.Stop.Done done -> lifecycle.stopped(job, done.savepoint(), now);
          case LifecycleDecisions.Stop.GoOn failed -> lifecycle.goOn(job, failed.savepoint(), now);
        }
      }
      case Halt.Cancelled cancelled -> {
        if (isToGo && isToBeDeleted(job, tails, checkpoints, forks, now)) {
          completing.deleteAll(job);
        }
      }
      case Halt.Stopped s -> {}
      case Halt.Failed f -> {
        if (isTick) {
          ports.announcer().announce(new Announcement.Health(0, true));
        }
      }
    }
  }
}
