package dev.cairn.command;

import dev.cairn.checkpoint.Checkpoint;
import dev.cairn.command.Command.Target;
import dev.cairn.id.CheckpointId;
import dev.cairn.id.JobId;
import dev.cairn.id.ShardId;
import dev.cairn.job.Fork;
import dev.cairn.job.Halt;
import dev.cairn.job.Job;
import dev.cairn.job.JobStatus;
import dev.cairn.job.Restoration;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The progress of a command, derived only from the job's item and its checkpoints. The write that
 * executes or refuses a request also removes it, so once the request is gone its effects are
 * visible.
 */
public sealed interface CommandProgress {

  /** The directory of a checkpoint or a savepoint, at the end of a path. */
  Pattern NUMBERED = Pattern.compile("(?:chk-|savepoint-)([0-9]+)[^/]*/?(?:_metadata)?$");

  /** Returns the job as it was read. */
  Job now();

  /** The request is on the item and waits to be executed. */
  record Waiting(Job now) implements CommandProgress {}

  /** The command was refused for this reason; nothing has changed. */
  record Refused(Job now, String reason) implements CommandProgress {}

  /**
   * The command is in progress.
   *
   * @param step the step as one word
   * @param checkpoint the checkpoint that it takes
   */
  record UnderWay(Job now, String step, String text, Optional<Checkpoint> checkpoint)
      implements CommandProgress {}

  /** The command has succeeded. */
  record Done(Job now, String step, String text, Optional<Checkpoint> checkpoint)
      implements CommandProgress {}

  /** The command was begun and has failed. */
  record Failed(Job now, String step, String text, Optional<Checkpoint> checkpoint)
      implements CommandProgress {}

  /** Another command has replaced it, so its result cannot be determined. */
  record Superseded(Job now, String text) implements CommandProgress {}

  /**
   * @param now the job, which no longer has the request
   * @param since the checkpoints that have begun since it was submitted
   * @param named the checkpoint that it names, if it disposes of one
   */
  static CommandProgress of(
      TrackedCommand tracked, Job now, List<Checkpoint> since, Optional<Checkpoint> named) {
    return of(tracked, now, since, named, List.of());
  }

  /**
   * @param forks the job's registered forks
   */
  static CommandProgress of(
      TrackedCommand tracked,
      Job now,
      List<Checkpoint> since,
      Optional<Checkpoint> named,
      List<Fork> forks) {
    Optional<Job.Refusal> refusal = newRefusal(tracked, now);
    if (refusal.isPresent() && !isOfWhatHadBegun(tracked, now)) {
      return new Refused(now, refusal.get().reason());
    }
    return switch (tracked.command()) {
      case Command.Checkpoint c -> ofTrigger(tracked, now, since);
      case Command.Savepoint s -> ofTrigger(tracked, now, since);
      case Command.Stop s -> ofStop(tracked, now, since);
      case Command.Cancel c -> ofCancel(now);
      case Command.Resume r -> ofResume(tracked, now);
      case Command.Restore(Target target, Command.Options options) ->
          ofRestore(tracked, now, target);
      case Command.Undo u ->
          ofRestore(
              tracked,
              now,
              tracked.before().undo().<Target>map(Target.Id::new).orElseGet(Target.Latest::new));
      case Command.Dispose d -> ofDispose(now, named);
      case Command.Pin(CheckpointId id) -> ofPin(now, id);
      case Command.Unpin(CheckpointId id) -> ofUnpin(now, id);
      case Command.Fork fork -> ofFork(now, fork, forks);
      case Command.Unfork(JobId name) -> ofUnfork(now, name, forks);
      case Command.Upgrade upgrade -> ofUpgrade(tracked, now, upgrade);
      case Command.AcceptGap(ShardId shard) ->
          new Done(
              now,
              "accepted",
              "shard " + shard + " continues without the records that are missing",
              Optional.empty());
    };
  }

  /** Returns a refusal of this command that was not on the item before. */
  private static Optional<Job.Refusal> newRefusal(TrackedCommand tracked, Job now) {
    return now.refusal()
        .filter(refusal -> !now.refusal().equals(tracked.before().refusal()))
        .filter(refusal -> isOf(tracked, refusal.request()));
  }

  /**
   * The cause of a stop's savepoint lacks the savepoint's name, and a restore's cause lacks its
   * options.
   */
  private static boolean isOf(TrackedCommand tracked, String request) {
    return request.equals(tracked.request().command())
        || (tracked.command() instanceof Command.Stop && request.equals("stop"))
        || (isRestore(tracked.command()) && request.startsWith("restore "));
  }

  private static boolean isRestore(Command command) {
    return command instanceof Command.Restore || command instanceof Command.Undo;
  }

  /** Whether the command was begun and then failed. */
  private static boolean isOfWhatHadBegun(TrackedCommand tracked, Job now) {
    return now.epoch().isAfter(tracked.before().epoch())
        && (tracked.command() instanceof Command.Stop
            ? !(now.status() instanceof JobStatus.Halted)
            : isRestore(tracked.command()) && now.status() instanceof JobStatus.Restoring);
  }

  private static CommandProgress superseded(Job now) {
    return new Superseded(
        now,
        "the request was removed, and the job's current status has another cause: it is "
            + now.status().label()
            + " in epoch "
            + now.epoch());
  }

  private static CommandProgress ofTrigger(
      TrackedCommand tracked, Job now, List<Checkpoint> since) {
    return since.stream()
        .filter(one -> one.trigger().cause().equals(tracked.request().command()))
        .findFirst()
        .map(one -> ofTriggered(now, one))
        .orElseGet(() -> superseded(now));
  }

  private static CommandProgress ofTriggered(Job now, Checkpoint checkpoint) {
    return switch (checkpoint) {
      case Checkpoint.Pending pending ->
          new UnderWay(
              now,
              "triggered",
              name(pending)
                  + " is triggered: it is complete when all of its "
                  + pending.trigger().expected().count()
                  + " subtasks have acknowledged",
              Optional.of(pending));
      case Checkpoint.Completed completed ->
          new Done(now, "completed", completed(completed), Optional.of(completed));
      case Checkpoint.Subsumed subsumed ->
          new Done(
              now,
              "completed",
              name(subsumed) + " was completed, and later checkpoints have replaced it since",
              Optional.of(subsumed));
      case Checkpoint.Aborted aborted ->
          new Failed(now, "aborted", aborted(aborted), Optional.of(aborted));
    };
  }

  private static String name(Checkpoint checkpoint) {
    return (checkpoint.isSavepoint() ? "savepoint " : "checkpoint ") + checkpoint.id();
  }

  private static String completed(Checkpoint.Completed completed) {
    return name(completed)
        + " is complete, after "
        + completed.duration().toMillis()
        + " ms: "
        + completed.metadata().path();
  }

  private static String aborted(Checkpoint.Aborted aborted) {
    return name(aborted)
        + " was aborted: "
        + aborted.failure()
        + "; "
        + aborted.failure().reason().advice();
  }

  private static CommandProgress ofStop(TrackedCommand tracked, Job now, List<Checkpoint> since) {
    if (now.status() instanceof JobStatus.Suspending(Halt.Stopping s)) {
      return suspending(now);
    }
    if (now.status() instanceof JobStatus.Halted(Halt.Stopping s)) {
      return new UnderWay(
          now,
          "stopping",
          "no records are applied; a savepoint of the job's final state is being taken",
          last(since));
    }
    if (now.status() instanceof JobStatus.Halted(Halt.Stopped(CheckpointId id))) {
      Optional<Checkpoint> savepoint =
          since.stream().filter(one -> one.id().equals(id)).findFirst();
      return new Done(
          now,
          "stopped",
          "the job is STOPPED with savepoint "
              + id
              + savepoint.map(CommandProgress::place).orElse(""),
          savepoint);
    }
    // As in Flink, a job whose last savepoint fails continues.
    return newRefusal(tracked, now)
        .<CommandProgress>map(refusal -> new Failed(now, "failed", refusal.reason(), last(since)))
        .orElseGet(() -> superseded(now));
  }

  private static String place(Checkpoint checkpoint) {
    return checkpoint instanceof Checkpoint.Completed completed
        ? ": " + completed.metadata().path()
        : "";
  }

  private static Optional<Checkpoint> last(List<Checkpoint> since) {
    return since.stream().filter(Checkpoint::isSavepoint).reduce((first, second) -> second);
  }

  private static CommandProgress suspending(Job now) {
    return new UnderWay(
        now,
        "suspending",
        "every journal gets epoch " + now.epoch() + ", in which no records are applied",
        Optional.empty());
  }

  private static CommandProgress ofCancel(Job now) {
    if (now.status() instanceof JobStatus.Suspending(Halt.Cancelled c)) {
      return suspending(now);
    }
    if (now.status() instanceof JobStatus.Halted(Halt.Cancelled(boolean deletes))) {
      return new Done(
          now,
          "cancelled",
          "nothing is applied any more; "
              + (deletes
                  ? "the next ticks delete the job's checkpoints; its savepoints are kept"
                  : "the job's checkpoints and savepoints are kept"),
          Optional.empty());
    }
    return superseded(now);
  }

  private static CommandProgress ofResume(TrackedCommand tracked, Job now) {
    if (now.status() instanceof JobStatus.Resuming) {
      return new UnderWay(
          now,
          "resuming",
          "every journal gets epoch " + now.epoch() + "; then the mapping is enabled again",
          Optional.empty());
    }
    return now.status() instanceof JobStatus.Running && isNext(tracked, now)
        ? new Done(now, "running", "the job goes on; epoch " + now.epoch(), Optional.empty())
        : superseded(now);
  }

  /**
   * Whether the job has advanced by exactly one epoch since, so that no other command has changed
   * it.
   */
  private static boolean isNext(TrackedCommand tracked, Job now) {
    return now.epoch().equals(tracked.before().epoch().next());
  }

  private static CommandProgress ofRestore(TrackedCommand tracked, Job now, Target target) {
    if (now.status() instanceof JobStatus.Restoring(Restoration from) && isMeant(target, from)) {
      return newRefusal(tracked, now)
          .<CommandProgress>map(
              refusal -> new Failed(now, "failed", refusal.reason(), Optional.empty()))
          .orElseGet(
              () ->
                  new UnderWay(
                      now,
                      "restoring",
                      "every journal gets epoch "
                          + now.epoch()
                          + " and the state of "
                          + from.name()
                          + from.passedOverText(),
                      Optional.empty()));
    }
    if (now.status() instanceof JobStatus.Replaying(Restoration from) && isMeant(target, from)) {
      return new UnderWay(
          now,
          "replaying",
          "records after " + from.name() + from.passedOverText() + " are applied again",
          Optional.empty());
    }
    return now.status() instanceof JobStatus.Running && isNext(tracked, now)
        ? new Done(now, "running", "no gap is left; epoch " + now.epoch(), Optional.empty())
        : superseded(now);
  }

  private static boolean isMeant(Target target, Restoration from) {
    return switch (target) {
      case Target.Id(CheckpointId id) -> from.own().equals(Optional.of(id));
      case Target.Latest l -> from.own().isPresent();
      case Target.Path(String path) ->
          switch (from.source()) {
            case Restoration.Source.Own(CheckpointId id) -> mayName(path, id);
            case Restoration.Source.Metadata m -> true;
            case Restoration.Source.Nothing n -> false;
          };
    };
  }

  /** The directory's name of the job's own checkpoint contains its id. */
  private static boolean mayName(String path, CheckpointId id) {
    Matcher numbered = NUMBERED.matcher(path);
    return !numbered.find() || numbered.group(1).equals(id.toString());
  }

  private static CommandProgress ofDispose(Job now, Optional<Checkpoint> named) {
    return named.map(one -> ofDispose(now, one)).orElseGet(() -> disposed(now, "nothing is left"));
  }

  private static CommandProgress ofDispose(Job now, Checkpoint named) {
    return switch (named) {
      case Checkpoint.Subsumed subsumed -> disposed(now, name(subsumed) + " is disposed of");
      case Checkpoint.Aborted aborted ->
          disposed(now, "nothing is left of " + name(aborted) + ", which was aborted");
      case Checkpoint.Pending p -> superseded(now);
      case Checkpoint.Completed c -> superseded(now);
    };
  }

  private static CommandProgress ofPin(Job now, CheckpointId id) {
    return now.isPinned(id)
        ? new Done(
            now,
            "pinned",
            "checkpoint "
                + id
                + " is pinned: it is kept until it is unpinned and later checkpoints replace it",
            Optional.empty())
        : superseded(now);
  }

  private static CommandProgress ofUnpin(Job now, CheckpointId id) {
    return now.isPinned(id)
        ? superseded(now)
        : new Done(
            now,
            "unpinned",
            "checkpoint "
                + id
                + " is no longer pinned: it is deleted when later checkpoints replace it",
            Optional.empty());
  }

  private static CommandProgress ofUpgrade(
      TrackedCommand tracked, Job now, Command.Upgrade command) {
    boolean isThere =
        command
            .to()
            .map(number -> now.format().number() >= number)
            .orElse(now.format() != tracked.before().format());
    if (!isThere) {
      return superseded(now);
    }
    return new Done(
        now,
        "upgraded",
        now.format() == tracked.before().format()
            ? "job " + now.id() + " is in format " + now.format() + " already"
            : "job "
                + now.id()
                + " is in format "
                + now.format()
                + ": its journals follow with the next checkpoint, and earlier versions of Cairn"
                + " refuse it from now on",
        Optional.empty());
  }

  private static CommandProgress disposed(Job now, String text) {
    return new Done(now, "disposed", text, Optional.empty());
  }

  private static CommandProgress ofFork(Job now, Command.Fork command, List<Fork> forks) {
    return forks.stream()
        .filter(fork -> fork.child().equals(command.name()))
        .filter(fork -> fork.checkpoint().equals(command.checkpoint()))
        .findFirst()
        .<CommandProgress>map(
            fork ->
                new Done(
                    now,
                    "forked",
                    "job "
                        + fork.child()
                        + " begins from checkpoint "
                        + fork.checkpoint()
                        + ", whose files are kept while it needs them: deploy it as a fork of "
                        + fork.parent(),
                    Optional.empty()))
        .orElseGet(() -> superseded(now));
  }

  private static CommandProgress ofUnfork(Job now, JobId name, List<Fork> forks) {
    return forks.stream().anyMatch(fork -> fork.child().equals(name) && !fork.isReleased())
        ? superseded(now)
        : new Done(
            now,
            "released",
            "the fork " + name + " needs no file of job " + now.id() + " any more",
            Optional.empty());
  }
}
