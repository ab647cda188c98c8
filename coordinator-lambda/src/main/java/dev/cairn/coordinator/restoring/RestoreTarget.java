package dev.cairn.coordinator.restoring;

import dev.cairn.checkpoint.Checkpoint;
import dev.cairn.command.Command;
import dev.cairn.command.Command.StartsAt;
import dev.cairn.command.Command.Target;
import dev.cairn.coordinator.ports.CoordinatorPorts;
import dev.cairn.id.CheckpointId;
import dev.cairn.job.Job;
import dev.cairn.job.Restoration;
import dev.cairn.job.Restoration.Positions;
import dev.cairn.job.Restoration.Source;
import dev.cairn.state.StartPosition;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Finds the checkpoint that a command names, and the options of its restore. */
final class RestoreTarget {
  private final CoordinatorPorts ports;
  private final PathTarget paths;

  RestoreTarget(CoordinatorPorts ports) {
    this.ports = ports;
    this.paths = new PathTarget(ports);
  }

  /**
   * Returns the restorations that the command allows: the checkpoint that it names or, for the
   * latest, all completed ones, the preferred one first.
   *
   * @return at least one
   */
  List<Restoration> of(Job job, Command.Restore command) throws RestoreRefusedException {
    Command.Options options = command.options();
    List<Source> sources =
        switch (command.target()) {
          case Target.Id(CheckpointId id) -> List.of(new Source.Own(completed(job, id).id()));
          case Target.Latest l -> complete(job);
          case Target.Path(String path) -> List.of(at(job, path, options));
        };
    return sources.stream()
        .map(
            source ->
                new Restoration(
                    source, options.claimMode(), positions(options), options.acceptsGap()))
        .toList();
  }

  private static Positions positions(Command.Options options) {
    return options
        .startsAt()
        .map(
            at ->
                switch (at) {
                  case StartsAt.SameStream s -> Positions.SAME_STREAM;
                  case StartsAt.Horizon h -> new Positions.Anew(new StartPosition.TrimHorizon());
                  case StartsAt.Timestamp(Instant time) ->
                      new Positions.Anew(new StartPosition.AtTimestamp(time));
                })
        .orElse(Positions.SAME_STREAM);
  }

  /** Resolves a path; the path of the job's own checkpoint or savepoint is treated as its id. */
  private Source at(Job job, String path, Command.Options options) throws RestoreRefusedException {
    Source source = paths.of(job, path, options);
    if (source instanceof Source.Own(CheckpointId id)) {
      var unused = completed(job, id);
    }
    return source;
  }

  private List<Source> complete(Job job) throws RestoreRefusedException {
    List<Source> complete = new ArrayList<>();
    RestoreDecisions.recoverable(job, ports.checkpoints().checkpoints(job.id()))
        .forEach(checkpoint -> complete.add(new Source.Own(checkpoint.id())));
    if (complete.isEmpty()) {
      throw new RestoreRefusedException(
          "job " + job.id() + " has no completed checkpoint; take one with: cairn checkpoint");
    }
    return complete;
  }

  /** Returns a checkpoint of the job that can be restored. */
  Checkpoint.Completed completed(Job job, CheckpointId id) throws RestoreRefusedException {
    Optional<Checkpoint> found = ports.checkpoints().checkpoint(job.id(), id);
    if (found.isEmpty()) {
      throw new RestoreRefusedException(
          "checkpoint "
              + id
              + " is unknown: job "
              + job.id()
              + " has "
              + job.latest()
                  .map(latest -> "completed checkpoints up to " + latest)
                  .orElse("completed none")
              + "; list them with: cairn checkpoints");
    }
    return switch (found.get()) {
      case Checkpoint.Completed completed -> completed;
      case Checkpoint.Pending p ->
          throw new RestoreRefusedException(
              "checkpoint " + id + " is PENDING: wait until it is COMPLETED");
      case Checkpoint.Aborted aborted ->
          throw new RestoreRefusedException(
              "checkpoint "
                  + id
                  + " is ABORTED ("
                  + aborted.failure()
                  + "): choose one that is COMPLETED");
      case Checkpoint.Subsumed(Checkpoint.Completed c, Checkpoint.Subsumed.End end)
          when end == Checkpoint.Subsumed.End.DISPOSED ->
          throw new RestoreRefusedException(
              "checkpoint "
                  + id
                  + " is DISPOSED: a user disposed of it, and its files are deleted; choose"
                  + " one that is COMPLETED");
      case Checkpoint.Subsumed subsumed when subsumed.isSavepoint() ->
          throw new RestoreRefusedException(
              "checkpoint "
                  + id
                  + " is CLAIMED: a restore claimed the savepoint, and the job owns its"
                  + " files; choose one that is COMPLETED");
      case Checkpoint.Subsumed s ->
          throw new RestoreRefusedException(
              "checkpoint "
                  + id
                  + " is SUBSUMED: later checkpoints replaced it; choose one that is COMPLETED, and"
                  + " raise execution.checkpointing.num-retained to keep more");
    };
  }
}
