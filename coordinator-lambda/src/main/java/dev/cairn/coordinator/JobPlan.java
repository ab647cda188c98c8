package dev.cairn.coordinator;

import dev.cairn.checkpoint.Checkpoint;
import dev.cairn.coordinator.checkpointing.CheckpointDecisions;
import dev.cairn.coordinator.checkpointing.SavepointPlace;
import dev.cairn.coordinator.checkpointing.SubtaskRequest;
import dev.cairn.coordinator.collecting.CollectionDecisions;
import dev.cairn.coordinator.journals.JobView;
import dev.cairn.coordinator.journals.JournalGuards;
import dev.cairn.coordinator.journals.JournalTail;
import dev.cairn.coordinator.lifecycle.LifecycleDecisions;
import dev.cairn.coordinator.ports.Announcement;
import dev.cairn.coordinator.ports.CoordinatorSettings;
import dev.cairn.coordinator.ports.Event;
import dev.cairn.coordinator.resharding.ReshardDecisions;
import dev.cairn.id.SubtaskId;
import dev.cairn.job.Fork;
import dev.cairn.job.Halt;
import dev.cairn.job.Job;
import dev.cairn.job.JobStatus;
import dev.cairn.job.Restoration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Plans what the coordinator does about an event: a pure function of a view of the job and of the
 * time. It touches no port; {@link Coordinator} reads the view before and performs the actions
 * after, in the plan's order.
 */
public final class JobPlan {
  private final CoordinatorSettings settings;
  private final JournalGuards journals;
  private final CheckpointDecisions checkpointing;
  private final LifecycleDecisions lifecycle;
  private final ReshardDecisions resharding;

  public JobPlan(CoordinatorSettings settings, CoordinatorGuards guards) {
    this.settings = settings;
    this.journals = guards.journals();
    this.checkpointing = new CheckpointDecisions(journals, guards.checkpoints());
    this.lifecycle = new LifecycleDecisions(journals);
    this.resharding = new ReshardDecisions(journals);
  }

  /**
   * Whether the plan depends on the job's journals and checkpoints. Reading all journals is the
   * most expensive part of a tick, so they are read only then.
   */
  public static boolean needsJournals(Job job, Event event) {
    boolean isTick = event instanceof Event.Tick;
    return switch (job.status()) {
      case JobStatus.Running r -> isTick;
      case JobStatus.Replaying r -> isTick;
      case JobStatus.Restoring r -> false;
      case JobStatus.Suspending s -> false;
      case JobStatus.Resuming r -> false;
      case JobStatus.Halted(Halt.Stopping s) -> true;
      case JobStatus.Halted(Halt.Cancelled cancelled) -> isTick && cancelled.deletesCheckpoints();
      case JobStatus.Halted(Halt.Stopped s) -> false;
      case JobStatus.Halted(Halt.Failed f) -> false;
    };
  }

  /** Returns the actions in the order in which they are performed. */
  public List<Action> plan(JobView view, Event event, Instant now) {
    boolean isTick = event instanceof Event.Tick;
    List<Action> actions = new ArrayList<>();
    if (isTick) {
      actions.add(recordHistory(view));
    }
    switch (view.job().status()) {
      // Other events concern a checkpoint that is already settled.
      case JobStatus.Running r -> actions.addAll(isTick ? run(view, now) : List.of());
      case JobStatus.Replaying r -> actions.addAll(isTick ? run(view, now) : List.of());
      case JobStatus.Restoring(Restoration from) -> actions.add(new Action.Restore(from));
      case JobStatus.Suspending(Halt to) -> actions.add(new Action.Suspend(to));
      case JobStatus.Resuming(boolean acceptsGap) -> actions.add(new Action.Resume(acceptsGap));
      case JobStatus.Halted(Halt halt) -> {
        actions.add(new Action.KeepMapping(false, Set.of()));
        actions.addAll(rest(view, halt, isTick, now));
      }
    }
    return List.copyOf(actions);
  }

  private Action recordHistory(JobView view) {
    return new Action.RecordHistory(
        view.job().status().isRunning()
            ? Optional.of(lifecycle.failures(view.journals()))
            : Optional.empty());
  }

  /** Plans for a running job: recovery or failure first, then checkpoints. */
  private List<Action> run(JobView view, Instant now) {
    List<Action> actions = new ArrayList<>();
    int failing = lifecycle.failing(view.journals());
    actions.add(new Action.Announce(new Announcement.Health(failing, false)));
    List<JournalTail> damaged = lifecycle.damaged(view.journals());
    if (!damaged.isEmpty()) {
      actions.add(new Action.Recover(damaged));
      return actions;
    }
    Optional<Halt> failed = lifecycle.failed(view);
    if (failed.isPresent()) {
      JobStatus to = new JobStatus.Suspending(failed.get());
      actions.add(new Action.Move(to, view.pending(), Optional.empty()));
      return actions;
    }
    actions.addAll(takeCheckpoints(view, now));
    actions.addAll(closeGaps(view, now));
    actions.addAll(followStream(view, now));
    actions.add(new Action.FindStuckShards());
    actions.add(new Action.DeleteExpiredLetters());
    actions.add(new Action.KeepMapping(true, lifecycle.starts(view.journals())));
    if (CollectionDecisions.isCollectionDue(view.job(), view.journals(), now)) {
      actions.add(new Action.Collect());
    }
    return actions;
  }

  /**
   * Begins the checkpoint that is due, then requests missing acknowledgements of earlier
   * checkpoints.
   */
  private List<Action> takeCheckpoints(JobView view, Instant now) {
    List<Action> actions = new ArrayList<>();
    int inProgress = view.pending().size();
    if (inProgress > 0) {
      actions.add(new Action.Announce(new Announcement.InProgress(inProgress)));
    }
    if (checkpointing.isDue(view, settings.tickTolerance(), now)) {
      actions.add(begin(view, Optional.empty(), Checkpoint.Triggering.SCHEDULE, now));
    }
    actions.addAll(requestAcks(view, now));
    return actions;
  }

  private Action begin(
      JobView view, Optional<Checkpoint.Savepoint> savepoint, String cause, Instant now) {
    Checkpoint.Pending pending =
        checkpointing.next(view.job(), view.journals(), savepoint, cause, now);
    return new Action.Begin(
        pending,
        checkpointing.requests(pending, view.tails(), Set.of(), settings.idleAfter(), now));
  }

  private List<Action> requestAcks(JobView view, Instant now) {
    List<Action> actions = new ArrayList<>();
    for (Checkpoint.Pending pending : view.pending()) {
      Set<SubtaskId> acknowledged = view.acknowledged(pending.id());
      List<SubtaskRequest> requests =
          checkpointing.requests(pending, view.tails(), acknowledged, settings.idleAfter(), now);
      if (!requests.isEmpty()) {
        actions.add(new Action.RequestAcks(pending, requests));
      }
    }
    return actions;
  }

  /** Wakes shards that have records to apply again. If there are none, the restore is over. */
  private List<Action> closeGaps(JobView view, Instant now) {
    List<Action> actions = new ArrayList<>();
    List<SubtaskId> idle =
        view.journals().stream()
            .filter(tail -> tail.head().hasGap() && tail.isOpened())
            .filter(tail -> journals.isSilent().test(tail, settings.idleAfter(), now))
            .map(JournalTail::subtask)
            .toList();
    if (!idle.isEmpty()) {
      actions.add(new Action.Wake(idle));
    }
    Job job = view.job();
    if (job.status() instanceof JobStatus.Replaying
        && journals.isReplayed().test(job.epoch(), view.journals())) {
      actions.add(
          new Action.Move(
              new JobStatus.Running(),
              List.of(),
              Optional.of(new Announcement.RestoreFinished(job.epoch()))));
    }
    return actions;
  }

  /** Wakes shards that a split or a merge concerns. */
  private List<Action> followStream(JobView view, Instant now) {
    ReshardDecisions.Wakes wakes = resharding.wakes(view, view.listed(), settings.idleAfter(), now);
    List<Action> actions = new ArrayList<>();
    if (!wakes.opened().isEmpty() || !wakes.drained().isEmpty()) {
      actions.add(new Action.Reshard(wakes.opened(), wakes.drained()));
    }
    ReshardDecisions.delays(view, view.listed(), wakes)
        .map(Action.Announce::new)
        .ifPresent(actions::add);
    return actions;
  }

  /** Plans for a halted job: its last savepoint, or the deletion of its checkpoints. */
  private List<Action> rest(JobView view, Halt halt, boolean isTick, Instant now) {
    return switch (halt) {
      case Halt.Stopping stopping -> stop(view, stopping, now);
      case Halt.Cancelled cancelled ->
          cancelled.deletesCheckpoints() && isTick ? delete(view, now) : List.of();
      case Halt.Stopped s -> List.of();
      case Halt.Failed f ->
          isTick ? List.of(new Action.Announce(new Announcement.Health(0, true))) : List.of();
    };
  }

  /**
   * Takes the savepoint with which the job stops. The job has halted in this epoch, so the epoch's
   * only checkpoint is its savepoint.
   */
  private List<Action> stop(JobView view, Halt.Stopping stopping, Instant now) {
    Optional<Checkpoint> savepoint =
        view.checkpoints().stream()
            .filter(checkpoint -> checkpoint.trigger().epoch().equals(view.job().epoch()))
            .max(Comparator.comparing(Checkpoint::id));
    if (savepoint.isEmpty()) {
      return List.of(beginSavepoint(view, stopping, now));
    }
    return switch (savepoint.get()) {
      case Checkpoint.Pending p -> requestAcks(view, now);
      case Checkpoint.Completed completed -> List.of(stopped(view, completed));
      case Checkpoint.Subsumed subsumed -> List.of(stopped(view, subsumed));
      case Checkpoint.Aborted aborted ->
          List.of(new Action.ContinueWithoutSavepoint(failed(aborted)));
    };
  }

  private Action beginSavepoint(JobView view, Halt.Stopping stopping, Instant now) {
    // The setting may have changed since the command was accepted.
    return SavepointPlace.refusal(view.job(), stopping.savepoint())
        .<Action>map(why -> new Action.ContinueWithoutSavepoint("the job goes on: " + why))
        .orElseGet(
            () -> {
              Checkpoint.Savepoint savepoint =
                  SavepointPlace.savepoint(view.job(), stopping.savepoint());
              return begin(view, Optional.of(savepoint), "stop", now);
            });
  }

  private static Action stopped(JobView view, Checkpoint savepoint) {
    Halt stopped = new Halt.Stopped(savepoint.id());
    return new Action.Move(
        new JobStatus.Halted(stopped),
        List.of(),
        Optional.of(new Announcement.Halted(view.job().epoch(), stopped)));
  }

  private static String failed(Checkpoint.Aborted savepoint) {
    return "savepoint "
        + savepoint.id()
        + " failed, so the job continues: "
        + savepoint.failure()
        + "; "
        + savepoint.failure().reason().advice();
  }

  /** Deletes a cancelled job's checkpoints, and their files once no task can write any more. */
  private List<Action> delete(JobView view, Instant now) {
    boolean isDue =
        CollectionDecisions.isDeletionDue(view, settings.longestInvocation(), now)
            || view.forks().stream().anyMatch(Fork::isReleased);
    return isDue ? List.of(new Action.DeleteCheckpoints()) : List.of();
  }
}
