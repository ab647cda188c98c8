package dev.cairn.coordinator.commanding;

import dev.cairn.checkpoint.Checkpoint;
import dev.cairn.command.Command;
import dev.cairn.coordinator.checkpointing.CheckpointSchedule;
import dev.cairn.coordinator.checkpointing.SavepointPlace;
import dev.cairn.format.FormatVersion;
import dev.cairn.id.CheckpointId;
import dev.cairn.id.JobId;
import dev.cairn.id.SavepointName;
import dev.cairn.id.ShardId;
import dev.cairn.job.Halt;
import dev.cairn.job.Job;
import dev.cairn.job.JobStatus;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** Decides how a command is executed, given the job's status: a pure function. */
public class CommandDecisions {

  /** The decision on a command. */
  public sealed interface Decision {
    /** The command waits until the job's current transition has ended. */
    record Postpone() implements Decision {}

    record Refuse(String reason) implements Decision {}

    /** A checkpoint is triggered now. */
    record Trigger(boolean isSavepoint, Optional<SavepointName> name) implements Decision {}

    record Move(JobStatus to) implements Decision {}

    /**
     * The job resumes, if the stream still has the following records or missing records are
     * accepted.
     */
    record Resume(boolean acceptsGap) implements Decision {}

    record Restore(Command.Restore command) implements Decision {}

    /** A checkpoint is discarded; a savepoint's files are deleted. */
    record Dispose(Checkpoint checkpoint) implements Decision {}

    /** A checkpoint is pinned. */
    record Pin(CheckpointId checkpoint) implements Decision {}

    /** A checkpoint is unpinned. */
    record Unpin(CheckpointId checkpoint) implements Decision {}

    /** The job's format is raised, if all of its code reads the other one. */
    record Upgrade(FormatVersion to) implements Decision {}

    /** A shard continues although records are missing. */
    record AcceptGap(ShardId shard) implements Decision {}

    /** The requested state exists already; nothing needs to be done. */
    record NothingToDo() implements Decision {}

    /** Another job begins from a checkpoint. */
    record Fork(Checkpoint.Completed checkpoint, JobId name) implements Decision {}

    /** A fork's files are released. */
    record Unfork(JobId name) implements Decision {}
  }

  /**
   * @param checkpoints the job's live checkpoints
   * @param named the checkpoint that a disposal, a pin or a fork names, if it is known
   */
  public Decision decide(
      Job job, Command command, List<Checkpoint> checkpoints, Optional<Checkpoint> named) {
    return switch (command) {
      case Command.Checkpoint c ->
          trigger(job, checkpoints, new Decision.Trigger(false, Optional.empty()));
      case Command.Savepoint(Optional<SavepointName> name) ->
          SavepointPlace.refusal(job, name)
              .<Decision>map(Decision.Refuse::new)
              .orElseGet(() -> trigger(job, checkpoints, new Decision.Trigger(true, name)));
      case Command.Stop(Optional<SavepointName> name) ->
          SavepointPlace.refusal(job, name)
              .<Decision>map(Decision.Refuse::new)
              .orElseGet(() -> halt(job, new Halt.Stopping(name)));
      case Command.Cancel(Optional<Boolean> deletes) ->
          halt(job, new Halt.Cancelled(deletes.orElseGet(() -> deletesOnCancellation(job))));
      case Command.Resume(boolean acceptsGap) -> resume(job, acceptsGap);
      case Command.Restore restore -> new Decision.Restore(restore);
      case Command.Undo u -> undo(job);
      case Command.Dispose(CheckpointId id) -> dispose(job, id, named);
      case Command.Pin(CheckpointId id) -> pin(job, id, named);
      case Command.Unpin(CheckpointId id) -> unpin(job, id);
      case Command.Fork(CheckpointId id, JobId name) -> fork(job, id, name, named);
      case Command.Unfork(JobId name) -> new Decision.Unfork(name);
      case Command.Upgrade(Optional<Long> to) -> upgrade(to);
      case Command.AcceptGap(ShardId shard) -> acceptGap(job, shard);
    };
  }

  private static Decision acceptGap(Job job, ShardId shard) {
    return switch (job.status()) {
      case JobStatus.Running r -> new Decision.AcceptGap(shard);
      case JobStatus.Replaying r -> new Decision.AcceptGap(shard);
      case JobStatus.Restoring r -> new Decision.Postpone();
      case JobStatus.Suspending s -> new Decision.Postpone();
      case JobStatus.Resuming r -> new Decision.Postpone();
      case JobStatus.Halted(Halt halt) ->
          new Decision.Refuse(
              "the job is "
                  + halt.label()
                  + ": accept what is missing when it resumes, with: cairn resume --accept-gap");
    };
  }

  private static Decision upgrade(Optional<Long> to) {
    if (to.isEmpty()) {
      return new Decision.Upgrade(FormatVersion.NEWEST);
    }
    long number = to.get();
    return number < FormatVersion.OLDEST.number() || number > FormatVersion.NEWEST.number()
        ? new Decision.Refuse(
            "the coordinator knows the formats "
                + FormatVersion.OLDEST
                + " to "
                + FormatVersion.NEWEST
                + ", and not "
                + number
                + ": deploy a version of Cairn that does first")
        : new Decision.Upgrade(FormatVersion.of(number, "the request"));
  }

  private static boolean deletesOnCancellation(Job job) {
    return switch (job.settings().externalizedCheckpointRetention()) {
      case RETAIN_ON_CANCELLATION -> false;
      case DELETE_ON_CANCELLATION -> true;
    };
  }

  private static Decision trigger(Job job, List<Checkpoint> checkpoints, Decision.Trigger trigger) {
    return switch (job.status()) {
      case JobStatus.Running r -> whenThereIsRoom(job, checkpoints, trigger);
      case JobStatus.Replaying r -> whenThereIsRoom(job, checkpoints, trigger);
      case JobStatus.Restoring r -> new Decision.Postpone();
      case JobStatus.Suspending s -> new Decision.Postpone();
      case JobStatus.Resuming r -> new Decision.Postpone();
      case JobStatus.Halted(Halt halt) ->
          new Decision.Refuse(
              "the job is "
                  + halt.label()
                  + " and takes no checkpoints; resume it first, or restore a checkpoint");
    };
  }

  private static Decision whenThereIsRoom(
      Job job, List<Checkpoint> checkpoints, Decision.Trigger trigger) {
    return CheckpointSchedule.hasRoom(checkpoints, job.settings().maxConcurrentCheckpoints())
        ? trigger
        : new Decision.Postpone();
  }

  private static Decision halt(Job job, Halt halt) {
    return switch (job.status()) {
      case JobStatus.Running r -> new Decision.Move(new JobStatus.Suspending(halt));
      case JobStatus.Replaying r -> new Decision.Move(new JobStatus.Suspending(halt));
      // Some journals may have the restored state and others not: a job that halted here would
      // resume from a mixture.
      case JobStatus.Restoring r -> new Decision.Postpone();
      case JobStatus.Suspending s -> new Decision.Postpone();
      case JobStatus.Resuming r -> new Decision.Postpone();
      case JobStatus.Halted(Halt now) -> haltAgain(now, halt);
    };
  }

  private static Decision haltAgain(Halt now, Halt next) {
    return switch (next) {
      case Halt.Cancelled cancelled -> cancelAgain(now, cancelled);
      case Halt.Stopping s -> stopAgain(now, s);
      case Halt.Stopped s -> stopAgain(now, s);
      case Halt.Failed f -> stopAgain(now, f);
    };
  }

  private static Decision cancelAgain(Halt now, Halt.Cancelled next) {
    if (!(now instanceof Halt.Cancelled(boolean deletes))) {
      return new Decision.Move(new JobStatus.Halted(next));
    }
    if (deletes) {
      return new Decision.Refuse("the job is CANCELLED already, and its checkpoints are deleted");
    }
    return next.deletesCheckpoints()
        ? new Decision.Move(new JobStatus.Halted(next))
        : new Decision.Refuse("the job is CANCELLED already, and its checkpoints are retained");
  }

  private static Decision stopAgain(Halt now, Halt next) {
    return now instanceof Halt.Stopping || now instanceof Halt.Stopped
        ? new Decision.Refuse("the job is " + now.label() + " already")
        // The job halts with its current state, and the savepoint holds that state.
        : new Decision.Move(new JobStatus.Halted(next));
  }

  private static Decision resume(Job job, boolean acceptsGap) {
    return switch (job.status()) {
      case JobStatus.Running r -> new Decision.Refuse("the job runs already");
      case JobStatus.Replaying r -> new Decision.Refuse("the job runs already");
      case JobStatus.Restoring r ->
          new Decision.Refuse("the job is being restored, and will run afterwards");
      case JobStatus.Resuming r -> new Decision.Refuse("the job is being resumed already");
      case JobStatus.Suspending s -> new Decision.Postpone();
      case JobStatus.Halted h -> new Decision.Resume(acceptsGap);
    };
  }

  private static Decision undo(Job job) {
    if (job.undo().isEmpty()) {
      return new Decision.Refuse(
          "there is nothing to undo: the job was never restored, or had no completed checkpoint"
              + " when it was; restore a checkpoint by its id instead");
    }
    return new Decision.Restore(
        new Command.Restore(new Command.Target.Id(job.undo().get()), Command.Options.NONE));
  }

  private static Decision dispose(Job job, CheckpointId id, Optional<Checkpoint> found) {
    if (found.isEmpty()) {
      return unknown(id);
    }
    if (!job.status().isSettled()) {
      // A restore may be about to make journals refer to its files.
      return new Decision.Postpone();
    }
    return switch (found.get()) {
      case Checkpoint.Pending p ->
          new Decision.Refuse("checkpoint " + id + " is PENDING: wait until it has ended");
      case Checkpoint.Aborted aborted ->
          aborted.isSavepoint()
              ? new Decision.Dispose(aborted)
              : new Decision.Refuse("checkpoint " + id + " is ABORTED and holds nothing");
      case Checkpoint.Subsumed subsumed ->
          subsumed.isSavepoint()
              // The coordinator that disposed of it may have stopped before it deleted the files.
              ? new Decision.Dispose(subsumed)
              : new Decision.Refuse(
                  "checkpoint " + id + " is SUBSUMED and is deleted automatically");
      case Checkpoint.Completed completed -> dispose(job, completed);
    };
  }

  private static Decision dispose(Job job, Checkpoint.Completed completed) {
    if (job.status().restoringFrom().equals(Optional.of(completed.id()))) {
      return new Decision.Refuse(
          "checkpoint " + completed.id() + " is being restored: wait until the job is RUNNING");
    }
    if (job.undo().equals(Optional.of(completed.id()))) {
      return new Decision.Refuse(
          "checkpoint "
              + completed.id()
              + " is needed for an undo of the last restore; the next restore releases it");
    }
    if (job.isPinned(completed.id())) {
      return new Decision.Refuse(
          "checkpoint "
              + completed.id()
              + " is pinned: unpin it first, with: cairn unpin "
              + completed.id());
    }
    return new Decision.Dispose(completed);
  }

  private static Decision pin(Job job, CheckpointId id, Optional<Checkpoint> found) {
    if (job.isPinned(id)) {
      return new Decision.NothingToDo();
    }
    if (found.isEmpty()) {
      return unknown(id);
    }
    return switch (found.get()) {
      case Checkpoint.Pending p ->
          new Decision.Refuse("checkpoint " + id + " is PENDING: wait until it is COMPLETED");
      case Checkpoint.Aborted a ->
          new Decision.Refuse("checkpoint " + id + " is ABORTED: choose one that is COMPLETED");
      case Checkpoint.Subsumed s ->
          new Decision.Refuse(
              "checkpoint "
                  + id
                  + " has ended, and its files are deleted: choose one that is COMPLETED");
      case Checkpoint.Completed c ->
          job.pinned().size() < Job.MOST_PINNED
              ? new Decision.Pin(id)
              : new Decision.Refuse(
                  "job "
                      + job.id()
                      + " has "
                      + Job.MOST_PINNED
                      + " pinned checkpoints, which is the limit: unpin one first, or take a"
                      + " savepoint, which is kept without a pin");
    };
  }

  private static Decision unpin(Job job, CheckpointId id) {
    return job.isPinned(id)
        ? new Decision.Unpin(id)
        : new Decision.Refuse(
            "checkpoint "
                + id
                + " is not pinned"
                + (job.pinned().isEmpty() ? ": no checkpoint is" : ": those are " + pins(job)));
  }

  private static String pins(Job job) {
    return job.pinned().stream().map(CheckpointId::toString).collect(Collectors.joining(", "));
  }

  private static Decision unknown(CheckpointId id) {
    return new Decision.Refuse(
        "checkpoint " + id + " is unknown; list them with: cairn checkpoints");
  }

  private static Decision fork(Job job, CheckpointId id, JobId name, Optional<Checkpoint> found) {
    if (name.equals(job.id())) {
      return new Decision.Refuse(
          "a fork is another job: give it a name other than "
              + name
              + "; to restore this job, use: cairn restore "
              + id);
    }
    if (found.isEmpty()) {
      return unknown(id);
    }
    if (!job.status().isSettled()) {
      // The journals show whether the stream still has the records after the checkpoint.
      return new Decision.Postpone();
    }
    return switch (found.get()) {
      case Checkpoint.Pending p ->
          new Decision.Refuse("checkpoint " + id + " is PENDING: wait until it is COMPLETED");
      case Checkpoint.Aborted a ->
          new Decision.Refuse("checkpoint " + id + " is ABORTED: choose one that is COMPLETED");
      case Checkpoint.Subsumed s ->
          new Decision.Refuse(
              "checkpoint "
                  + id
                  + " is SUBSUMED, and its files are deleted: choose one that is COMPLETED");
      case Checkpoint.Completed completed when completed.isSavepoint() ->
          new Decision.Refuse(
              "savepoint "
                  + id
                  + " can be moved and deleted by its owner, so no other job may share its files:"
                  + " deploy job "
                  + name
                  + ", and restore there "
                  + completed.metadata().path()
                  + " with --positions same, which copies what it needs; or fork a checkpoint");
      case Checkpoint.Completed completed -> new Decision.Fork(completed, name);
    };
  }
}
