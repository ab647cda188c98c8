package dev.cairn.coordinator;

import dev.cairn.checkpoint.Checkpoint;
import dev.cairn.checkpoint.Job;
import dev.cairn.checkpoint.JobStatus;
import dev.cairn.checkpoint.SubtaskState;
import dev.cairn.coordinator.Preflight.RefusedException;
import dev.cairn.coordinator.Preflight.Snapshot;
import dev.cairn.id.CheckpointId;
import dev.cairn.id.Position;
import dev.cairn.id.SubtaskId;
import dev.cairn.journal.Entry.Header;
import dev.cairn.journal.Entry.Restored;
import dev.cairn.journal.Entry.Writer;
import dev.cairn.journal.Journal.Append;
import dev.cairn.state.Channels;
import dev.cairn.state.Counts;
import dev.cairn.state.StateHandle;
import dev.cairn.storage.StorageException;
import dev.cairn.stream.StreamException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Puts a running job back to a checkpoint. One transaction begins it; from then on every step can
 * be repeated by anyone, until each journal has the new epoch and each shard has closed its gap.
 */
final class Restore {
  private static final Logger LOG = System.getLogger(Restore.class.getName());

  private final CoordinatorPorts ports;
  private final CoordinatorSettings settings;
  private final CoordinatorDecisions decisions;
  private final LiveCheckpoints live;
  private final JournalTails tails;
  private final Preflight preflight;

  Restore(
      CoordinatorPorts ports,
      CoordinatorSettings settings,
      CoordinatorDecisions decisions,
      LiveCheckpoints live,
      JournalTails tails) {
    this.live = live;
    this.tails = tails;
    this.ports = ports;
    this.settings = settings;
    this.decisions = decisions;
    this.preflight = new Preflight(ports, settings, decisions);
  }

  /**
   * Begins the restore that a user asked for, or says on the job's item why not. Answers the job as
   * it is then.
   */
  Job ifRequested(Job job) {
    if (job.restoreCheckpointId().isEmpty()) {
      return job;
    }
    Instant now = ports.clock().instant();
    try {
      Checkpoint.Completed from = preflight.completed(job, job.restoreCheckpointId().get());
      Map<SubtaskId, Snapshot> states = preflight.states(from);
      preflight.requireRuns(states.values());
      preflight.requireGaps(states, tails.of(job.id()).values());
      Optional<Checkpoint.Pending> pending = live.pending(job.id()).stream().findFirst();
      if (ports.checkpoints().beginRestore(job, from.id(), pending, now)) {
        ports.announcer().announce(new Announcement.RestoreBegun(from.id(), job.epoch().next()));
      }
    } catch (RefusedException e) {
      refuse(job, job.restoreCheckpointId().get(), e.reason(), now);
    } catch (StorageException | StreamException e) {
      // Not known yet whether it can be restored. The request stays; what runs goes on meanwhile.
      LOG.log(
          Level.WARNING,
          "restore of checkpoint {0} of job {1} is tried again at the next tick: {2}",
          job.restoreCheckpointId().get(),
          job.id(),
          e.getMessage());
      return job;
    }
    return ports.checkpoints().job(job.id()).orElse(job);
  }

  private void refuse(Job job, String asked, String reason, Instant now) {
    if (ports.checkpoints().refuseRestore(job, reason, now)) {
      ports.announcer().announce(new Announcement.RestoreRefused(asked, reason));
    }
  }

  /**
   * Appends the restored state to every journal that does not have it, and lets the job run again.
   */
  void resume(Job job) {
    if (!(job.status() instanceof JobStatus.Restoring(CheckpointId from))) {
      return;
    }
    try {
      Checkpoint.Completed checkpoint = preflight.completed(job, from.toString());
      Map<SubtaskId, Snapshot> states = preflight.states(checkpoint);
      // Listed after the epoch was raised: whoever opens a subtask from now on opens it in the new
      // one.
      List<SubtaskId> subtasks = ports.checkpoints().subtasks(job.id());
      List<Boolean> restored =
          ports
              .fanOut()
              .map(
                  subtasks,
                  subtask -> restore(job, from, subtask, Optional.ofNullable(states.get(subtask))));
      if (restored.contains(false)) {
        return;
      }
    } catch (RefusedException e) {
      refuse(
          job,
          from.toString(),
          "the restore of checkpoint "
              + from
              + " has begun and cannot go on: "
              + e.reason()
              + "; nothing is applied"
              + " meanwhile: set restoreCheckpointId to another one",
          ports.clock().instant());
      return;
    }
    if (ports.checkpoints().replay(job.id(), job.epoch())) {
      wake(tails.of(job.id()).values().stream().filter(tail -> tail.head().hasGap()).toList());
    }
  }

  /** False when the job was restored again meanwhile: whoever did goes on. */
  private boolean restore(
      Job job, CheckpointId from, SubtaskId subtask, Optional<Snapshot> snapshot) {
    while (true) {
      Optional<JournalTail> tail = tails.of(subtask);
      if (tail.isEmpty() || tail.get().head().epoch().equals(job.epoch())) {
        return true;
      }
      if (tail.get().head().epoch().isAfter(job.epoch())) {
        return false;
      }
      if (ports.journal().append(subtask, restored(job, from, tail.get(), snapshot))
          == Append.APPENDED) {
        return true;
      }
    }
  }

  private Restored restored(
      Job job, CheckpointId from, JournalTail tail, Optional<Snapshot> snapshot) {
    Header head = tail.head();
    Optional<SubtaskState> state = snapshot.map(Snapshot::state);
    Header header =
        new Header(
            head.revision().next(),
            ports.ids().get(),
            Optional.of(head.id()),
            job.epoch(),
            state.map(SubtaskState::position).orElse(Position.beginning()),
            decisions.frontier(head),
            head.firstApplied(),
            state.map(SubtaskState::counts).orElse(Counts.NONE),
            Writer.COORDINATOR,
            ports.clock().instant(),
            snapshot.map(s -> from));
    return new Restored(
        header,
        from,
        Restored.Mode.LIVE,
        new CheckpointId(job.next().value() - 1),
        tail.base().origin(),
        snapshot
            .map(s -> new StateHandle(s.state().manifest(), Optional.of(s.file())))
            .orElse(StateHandle.EMPTY),
        Channels.EMPTY);
  }

  /**
   * Wakes every shard that has records to apply again and does not do so already; with none left,
   * the restore is over.
   */
  void wakeGaps(Job job, Collection<JournalTail> tails) {
    List<JournalTail> gaps = tails.stream().filter(tail -> tail.head().hasGap()).toList();
    Instant now = ports.clock().instant();
    wake(
        gaps.stream().filter(tail -> decisions.isSilent(tail, settings.idleAfter(), now)).toList());
    boolean allRestored = tails.stream().allMatch(tail -> tail.head().epoch().equals(job.epoch()));
    if (gaps.isEmpty() && allRestored && job.status() instanceof JobStatus.Replaying) {
      if (ports.checkpoints().finishReplay(job.id(), job.epoch())) {
        ports.announcer().announce(new Announcement.RestoreFinished(job.epoch()));
      }
    }
  }

  /** One that fails keeps none of the others from being woken; it is woken at the next tick. */
  private void wake(List<JournalTail> tails) {
    ports.fanOut().forEach(tails, tail -> ports.waker().wake(tail.subtask()));
  }
}
