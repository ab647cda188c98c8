package dev.cairn.coordinator.commanding;

import dev.cairn.checkpoint.Checkpoint;
import dev.cairn.command.Command;
import dev.cairn.coordinator.checkpointing.CheckpointSchedule;
import dev.cairn.coordinator.checkpointing.SavepointPlace;
import dev.cairn.format.FormatVersion;
import dev.cairn.id.CheckpointId;
import dev.cairn.id.JobId;
import dev.cairn.id.SavepointName;
import dev.cairn.job.Halt;
import dev.cairn.job.Job;
import dev.cairn.job.JobStatus;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** What becomes of a command, given how the job stands: a pure function of both. */
public class CommandDecisions {

  /** What becomes of it. */
  public sealed interface Answer {
    /** It is served when the job has got where it is going. */
    record Later() implements Answer {}

    record Refuse(String reason) implements Answer {}

    /** A checkpoint is triggered now. */
    record Trigger(boolean isSavepoint, Optional<SavepointName> name) implements Answer {}

    record Move(JobStatus to) implements Answer {}

    /** The job goes on, if the stream has what follows or records may be missing. */
    record Resume(boolean acceptsGap) implements Answer {}

    record Restore(Command.Restore command) implements Answer {}

    /** A checkpoint is let go, and a savepoint's files go with it. */
    record Dispose(Checkpoint checkpoint) implements Answer {}

    /** A checkpoint is pinned. */
    record Pin(CheckpointId checkpoint) implements Answer {}

    /** A pin is taken off a checkpoint. */
    record Unpin(CheckpointId checkpoint) implements Answer {}

    /** The job's format is raised, if all of its code reads the other one. */
    record Upgrade(FormatVersion to) implements Answer {}

    /** The command asks for what is the case already: nothing is to be done. */
    record Served() implements Answer {}

    /** Another job begins from a checkpoint. */
    record Fork(Checkpoint.Completed checkpoint, JobId name) implements Answer {}

    /** A fork's files are let go. */
    record Unfork(JobId name) implements Answer {}
  }

  /**
   * @param checkpoints those that are not over
   * @param named the checkpoint that a disposal, a pin or a fork names, if anything is known of it
   */
  public Answer answer(
      Job job, Command command, List<Checkpoint> checkpoints, Optional<Checkpoint> named) {
    return switch (command) {
      case Command.Checkpoint c ->
          trigger(job, checkpoints, new Answer.Trigger(false, Optional.empty()));
      case Command.Savepoint(Optional<SavepointName> name) ->
          SavepointPlace.refusal(job, name)
              .<Answer>map(Answer.Refuse::new)
              .orElseGet(() -> trigger(job, checkpoints, new Answer.Trigger(true, name)));
      case Command.Stop(Optional<SavepointName> name) ->
          SavepointPlace.refusal(job, name)
              .<Answer>map(Answer.Refuse::new)
              .orElseGet(() -> halt(job, new Halt.Stopping(name)));
      case Command.Cancel(Optional<Boolean> deletes) ->
          halt(job, new Halt.Cancelled(deletes.orElseGet(() -> deletesOnCancellation(job))));
      case Command.Resume(boolean acceptsGap) -> resume(job, acceptsGap);
      case Command.Restore restore -> new Answer.Restore(restore);
      case Command.Undo u -> undo(job);
      case Command.Dispose(CheckpointId id) -> dispose(job, id, named);
      case Command.Pin(CheckpointId id) -> pin(job, id, named);
      case Command.Unpin(CheckpointId id) -> unpin(job, id);
      case Command.Fork(CheckpointId id, JobId name) -> fork(job, id, name, named);
      case Command.Unfork(JobId name) -> new Answer.Unfork(name);
      case Command.Upgrade(Optional<Long> to) -> upgrade(to);
    };
  }

  private static Answer upgrade(Optional<Long> to) {
    if (to.isEmpty()) {
      return new Answer.Upgrade(FormatVersion.NEWEST);
    }
    long number = to.get();
    return number < FormatVersion.OLDEST.number() || number > FormatVersion.NEWEST.number()
        ? new Answer.Refuse(
            "the coordinator knows the formats "
                + FormatVersion.OLDEST
                + " to "
                + FormatVersion.NEWEST
                + ", and not "
                + number
                + ": deploy a version of Cairn that does first")
        : new Answer.Upgrade(FormatVersion.of(number, "the request"));
  }

  private static boolean deletesOnCancellation(Job job) {
    return switch (job.settings().externalizedCheckpointRetention()) {
      case RETAIN_ON_CANCELLATION -> false;
      case DELETE_ON_CANCELLATION -> true;
    };
  }

  private static Answer trigger(Job job, List<Checkpoint> checkpoints, Answer.Trigger trigger) {
    return switch (job.status()) {
      case JobStatus.Running r -> whenThereIsRoom(job, checkpoints, trigger);
      case JobStatus.Replaying r -> whenThereIsRoom(job, checkpoints, trigger);
      case JobStatus.Restoring r -> new Answer.Later();
      case JobStatus.Suspending s -> new Answer.Later();
      case JobStatus.Resuming r -> new Answer.Later();
      case JobStatus.Halted(Halt halt) ->
          new Answer.Refuse(
              "the job is "
                  + halt.label()
                  + " and takes no checkpoints; resume it first, or restore what it has");
    };
  }

  private static Answer whenThereIsRoom(
      Job job, List<Checkpoint> checkpoints, Answer.Trigger trigger) {
    return CheckpointSchedule.hasRoom(checkpoints, job.settings().maxConcurrentCheckpoints())
        ? trigger
        : new Answer.Later();
  }

  private static Answer halt(Job job, Halt halt) {
    return switch (job.status()) {
      case JobStatus.Running r -> new Answer.Move(new JobStatus.Suspending(halt));
      case JobStatus.Replaying r -> new Answer.Move(new JobStatus.Suspending(halt));
      // Some journals may have the restored state and others not: a job that halted here would go
      // on from both.
      case JobStatus.Restoring r -> new Answer.Later();
      case JobStatus.Suspending s -> new Answer.Later();
      case JobStatus.Resuming r -> new Answer.Later();
      case JobStatus.Halted(Halt now) -> haltAgain(now, halt);
    };
  }

  private static Answer haltAgain(Halt now, Halt next) {
    return switch (next) {
      case Halt.Cancelled cancelled -> cancelAgain(now, cancelled);
      case Halt.Stopping s -> stopAgain(now, s);
      case Halt.Stopped s -> stopAgain(now, s);
      case Halt.Failed f -> stopAgain(now, f);
    };
  }

  private static Answer cancelAgain(Halt now, Halt.Cancelled next) {
    if (!(now instanceof Halt.Cancelled(boolean deletes))) {
      return new Answer.Move(new JobStatus.Halted(next));
    }
    if (deletes) {
      return new Answer.Refuse("the job is CANCELLED already, and its checkpoints are deleted");
    }
    return next.deletesCheckpoints()
        ? new Answer.Move(new JobStatus.Halted(next))
        : new Answer.Refuse("the job is CANCELLED already, and its checkpoints are retained");
  }

  private static Answer stopAgain(Halt now, Halt next) {
    return now instanceof Halt.Stopping || now instanceof Halt.Stopped
        ? new Answer.Refuse("the job is " + now.label() + " already")
        // It halts where it stands, and that is what the savepoint is of.
        : new Answer.Move(new JobStatus.Halted(next));
  }

  private static Answer resume(Job job, boolean acceptsGap) {
    return switch (job.status()) {
      case JobStatus.Running r -> new Answer.Refuse("the job runs already");
      case JobStatus.Replaying r -> new Answer.Refuse("the job runs already");
      case JobStatus.Restoring r -> new Answer.Refuse("the job is being restored, and runs then");
      case JobStatus.Resuming r -> new Answer.Refuse("the job is being resumed already");
      case JobStatus.Suspending s -> new Answer.Later();
      case JobStatus.Halted h -> new Answer.Resume(acceptsGap);
    };
  }

  private static Answer undo(Job job) {
    if (job.undo().isEmpty()) {
      return new Answer.Refuse(
          "there is nothing to undo: the job was never restored, or had no completed checkpoint"
              + " when it was; restore a checkpoint by its id instead");
    }
    return new Answer.Restore(
        new Command.Restore(new Command.Target.Id(job.undo().get()), Command.Options.NONE));
  }

  private static Answer dispose(Job job, CheckpointId id, Optional<Checkpoint> found) {
    if (found.isEmpty()) {
      return unknown(id);
    }
    if (!job.status().isSettled()) {
      // A restore may be about to hand its files to journals.
      return new Answer.Later();
    }
    return switch (found.get()) {
      case Checkpoint.Pending p ->
          new Answer.Refuse("checkpoint " + id + " is PENDING: wait until it has ended");
      case Checkpoint.Aborted aborted ->
          aborted.isSavepoint()
              ? new Answer.Dispose(aborted)
              : new Answer.Refuse("checkpoint " + id + " is ABORTED and holds nothing");
      case Checkpoint.Subsumed subsumed ->
          subsumed.isSavepoint()
              // Whoever disposed of it may not have come to its files.
              ? new Answer.Dispose(subsumed)
              : new Answer.Refuse("checkpoint " + id + " is SUBSUMED and goes by itself");
      case Checkpoint.Completed completed -> dispose(job, completed);
    };
  }

  private static Answer dispose(Job job, Checkpoint.Completed completed) {
    if (job.status().restoringFrom().equals(Optional.of(completed.id()))) {
      return new Answer.Refuse(
          "checkpoint " + completed.id() + " is being restored: wait until the job is RUNNING");
    }
    if (job.undo().equals(Optional.of(completed.id()))) {
      return new Answer.Refuse(
          "checkpoint "
              + completed.id()
              + " is where an undo of the last restore leads; it goes with the next restore");
    }
    if (job.isPinned(completed.id())) {
      return new Answer.Refuse(
          "checkpoint "
              + completed.id()
              + " is pinned: take the pin off first, with: cairn unpin "
              + completed.id());
    }
    return new Answer.Dispose(completed);
  }

  private static Answer pin(Job job, CheckpointId id, Optional<Checkpoint> found) {
    if (job.isPinned(id)) {
      return new Answer.Served();
    }
    if (found.isEmpty()) {
      return unknown(id);
    }
    return switch (found.get()) {
      case Checkpoint.Pending p ->
          new Answer.Refuse("checkpoint " + id + " is PENDING: wait until it is COMPLETED");
      case Checkpoint.Aborted a ->
          new Answer.Refuse("checkpoint " + id + " is ABORTED: choose one that is COMPLETED");
      case Checkpoint.Subsumed s ->
          new Answer.Refuse(
              "checkpoint " + id + " is over, and its files go: choose one that is COMPLETED");
      case Checkpoint.Completed c ->
          job.pinned().size() < Job.MOST_PINNED
              ? new Answer.Pin(id)
              : new Answer.Refuse(
                  "job "
                      + job.id()
                      + " has "
                      + Job.MOST_PINNED
                      + " pinned checkpoints, which is the most: unpin one first, or take a savepoint,"
                      + " which stays without a pin");
    };
  }

  private static Answer unpin(Job job, CheckpointId id) {
    return job.isPinned(id)
        ? new Answer.Unpin(id)
        : new Answer.Refuse(
            "checkpoint "
                + id
                + " is not pinned"
                + (job.pinned().isEmpty() ? ": no checkpoint is" : ": those are " + pins(job)));
  }

  private static String pins(Job job) {
    return job.pinned().stream().map(CheckpointId::toString).collect(Collectors.joining(", "));
  }

  private static Answer unknown(CheckpointId id) {
    return new Answer.Refuse("checkpoint " + id + " is unknown; list them with: cairn checkpoints");
  }

  private static Answer fork(Job job, CheckpointId id, JobId name, Optional<Checkpoint> found) {
    if (name.equals(job.id())) {
      return new Answer.Refuse(
          "a fork is another job: give it a name other than "
              + name
              + "; to put this one back, use: cairn restore "
              + id);
    }
    if (found.isEmpty()) {
      return unknown(id);
    }
    if (!job.status().isSettled()) {
      // Whether what follows the checkpoint is still in the stream is told by the journals.
      return new Answer.Later();
    }
    return switch (found.get()) {
      case Checkpoint.Pending p ->
          new Answer.Refuse("checkpoint " + id + " is PENDING: wait until it is COMPLETED");
      case Checkpoint.Aborted a ->
          new Answer.Refuse("checkpoint " + id + " is ABORTED: choose one that is COMPLETED");
      case Checkpoint.Subsumed s ->
          new Answer.Refuse(
              "checkpoint " + id + " is SUBSUMED, and its files go: choose one that is COMPLETED");
      case Checkpoint.Completed completed when completed.isSavepoint() ->
          new Answer.Refuse(
              "savepoint "
                  + id
                  + " is yours to move and to delete, so no other job may share its files: deploy job "
                  + name
                  + ", and restore there "
                  + completed.metadata().path()
                  + " with --positions same, which copies what it needs; or fork a checkpoint");
      case Checkpoint.Completed completed -> new Answer.Fork(completed, name);
    };
  }
}
