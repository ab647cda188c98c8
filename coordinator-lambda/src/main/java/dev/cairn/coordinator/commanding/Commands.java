package dev.cairn.coordinator.commanding;

import dev.cairn.checkpoint.Checkpoint;
import dev.cairn.command.Command;
import dev.cairn.command.CommandText;
import dev.cairn.command.InvalidCommandException;
import dev.cairn.coordinator.checkpointing.CheckpointTriggers;
import dev.cairn.coordinator.checkpointing.SavepointPlace;
import dev.cairn.coordinator.commanding.CommandDecisions.Decision;
import dev.cairn.coordinator.journals.LiveCheckpoints;
import dev.cairn.coordinator.ports.Announcement;
import dev.cairn.coordinator.ports.CoordinatorPorts;
import dev.cairn.coordinator.resharding.GapAcceptance;
import dev.cairn.coordinator.restoring.RestoreExecution;
import dev.cairn.coordinator.restoring.RestoreRefusedException;
import dev.cairn.coordinator.restoring.StreamCoverage;
import dev.cairn.format.FormatVersion;
import dev.cairn.id.CheckpointId;
import dev.cairn.id.JobId;
import dev.cairn.id.ShardId;
import dev.cairn.job.FormatUpgrade;
import dev.cairn.job.Job;
import dev.cairn.job.JobStatus;
import dev.cairn.job.Request;
import dev.cairn.storage.StorageException;
import dev.cairn.stream.NotInStreamException;
import dev.cairn.stream.StreamException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * Executes the user's requests on the job's item. The write that executes or refuses a request also
 * removes it, so a request is executed once, even if several coordinators see it.
 */
public final class Commands {
  private static final Logger LOG = System.getLogger(Commands.class.getName());

  private final CoordinatorPorts ports;
  private final CommandDecisions decisions;
  private final LiveCheckpoints live;
  private final CheckpointTriggers triggering;
  private final RestoreExecution restore;
  private final DisposeCommand disposeCommand;
  private final ForkCommands forkCommands;
  private final StreamCoverage coverage;
  private final GapAcceptance gaps;

  public Commands(
      CoordinatorPorts ports,
      CommandDecisions decisions,
      LiveCheckpoints live,
      CheckpointTriggers triggering,
      RestoreExecution restore,
      DisposeCommand disposeCommand,
      ForkCommands forkCommands,
      StreamCoverage coverage) {
    this.ports = ports;
    this.decisions = decisions;
    this.live = live;
    this.triggering = triggering;
    this.restore = restore;
    this.disposeCommand = disposeCommand;
    this.forkCommands = forkCommands;
    this.coverage = coverage;
    this.gaps = new GapAcceptance(ports);
  }

  /** Executes the request if there is one. Returns the job as it is afterwards. */
  public Job execute(Job job) {
    if (job.request().isEmpty()) {
      return job;
    }
    Request request = job.request().get();
    try {
      execute(job, request, CommandText.parse(request.command()));
    } catch (InvalidCommandException e) {
      refuse(job, request, e.reason());
    } catch (NotInStreamException e) {
      refuse(job, request, String.valueOf(e.getMessage()));
    } catch (RuntimeException e) {
      if (!ProgrammingError.is(e)) {
        throw e;
      }
      LOG.log(Level.ERROR, "job " + job.id() + ": \"" + request.command() + "\" failed", e);
      if (!refuse(job, request, programmingError(e))) {
        throw e;
      }
    }
    Job served = ports.checkpoints().job(job.id()).orElse(job);
    boolean isRefused = served.refusal().isPresent() && !served.refusal().equals(job.refusal());
    if (!served.hasRequest(request) && !isRefused) {
      ports.announcer().announce(new Announcement.Accepted(request, served.epoch()));
    }
    return served;
  }

  private void execute(Job job, Request request, Command command) {
    Optional<String> noPlace =
        SavepointPlace.refusal(command, job.settings(), ports.storage().holdsSavepoints());
    if (noPlace.isPresent()) {
      refuse(job, request, noPlace.get());
      return;
    }
    Instant now = ports.clock().instant();
    List<Checkpoint> checkpoints = live.of(job.id());
    switch (decisions.decide(job, command, checkpoints, named(job, command))) {
      case Decision.Postpone l -> {}
      case Decision.Refuse refuse -> refuse(job, request, refuse.reason());
      case Decision.Trigger trigger -> {
        if (trigger.isSavepoint()) {
          triggering.onRequest(job, request, trigger.name(), now);
        } else {
          triggering.onRequest(job, request, now);
        }
      }
      case Decision.Move move -> move(job, request, move.to(), checkpoints, now);
      case Decision.Resume resume -> resume(job, request, resume.acceptsGap(), checkpoints, now);
      case Decision.Restore restoring -> restore.beginRequested(job, request, restoring.command());
      case Decision.Dispose dispose -> dispose(job, request, dispose.checkpoint());
      case Decision.NothingToDo s -> ports.checkpoints().serve(job);
      // If the pins or the checkpoint have changed, the request remains and is decided again.
      case Decision.Pin(CheckpointId id) -> ports.checkpoints().pin(job, id);
      case Decision.Unpin(CheckpointId id) -> ports.checkpoints().unpin(job, id);
      case Decision.Fork(Checkpoint.Completed checkpoint, JobId name) ->
          fork(job, request, checkpoint, name, now);
      case Decision.Unfork(JobId name) -> unfork(job, request, name, now);
      case Decision.Upgrade(FormatVersion to) -> upgrade(job, request, to);
      case Decision.AcceptGap(ShardId shard) -> acceptGap(job, request, shard);
    }
  }

  /** This coordinator is the deployed one, and it can read the format. */
  private void upgrade(Job job, Request request, FormatVersion to) {
    switch (FormatUpgrade.of(job, ports.registrations().of(job.id()), Optional.empty(), to)) {
      // If the format or the request has changed, the next decision uses the new values.
      case FormatUpgrade.Raise(FormatVersion raised) -> ports.checkpoints().upgrade(job, raised);
      case FormatUpgrade.AlreadyThere a -> ports.checkpoints().serve(job);
      case FormatUpgrade.Refuse(String reason) -> refuse(job, request, reason);
    }
  }

  private void acceptGap(Job job, Request request, ShardId shard) {
    try {
      switch (gaps.accept(job, shard)) {
        case GapAcceptance.Result.Accepted a -> ports.checkpoints().serve(job);
        case GapAcceptance.Result.Refused(String reason) -> refuse(job, request, reason);
        // The job has gone on to another epoch: the request remains and is decided again.
        case GapAcceptance.Result.Later l -> {}
      }
    } catch (StreamException e) {
      ports
          .announcer()
          .announce(new Announcement.Postponed(request.command(), String.valueOf(e.getMessage())));
    }
  }

  private void fork(
      Job job, Request request, Checkpoint.Completed checkpoint, JobId name, Instant now) {
    try {
      forkCommands
          .fork(job, checkpoint, name, now)
          .ifPresent(reason -> refuse(job, request, reason));
    } catch (StorageException | StreamException e) {
      // It is not known yet whether the checkpoint is complete. The request remains.
      ports
          .announcer()
          .announce(new Announcement.Postponed(request.command(), String.valueOf(e.getMessage())));
    }
  }

  private void unfork(Job job, Request request, JobId name, Instant now) {
    switch (forkCommands.release(job, name, now)) {
      case ForkCommands.Release.Done d -> ports.checkpoints().serve(job);
      case ForkCommands.Release.Refused refused -> refuse(job, request, refused.reason());
      case ForkCommands.Release.Later l -> {}
    }
  }

  /** Reads the checkpoint that the command names, of any age. */
  private Optional<Checkpoint> named(Job job, Command command) {
    if (command instanceof Command.Dispose(CheckpointId id)) {
      return ports.checkpoints().checkpoint(job.id(), id);
    }
    if (command instanceof Command.Pin(CheckpointId id)) {
      return ports.checkpoints().checkpoint(job.id(), id);
    }
    return command instanceof Command.Fork(CheckpointId id, JobId name)
        ? ports.checkpoints().checkpoint(job.id(), id)
        : Optional.empty();
  }

  private void move(
      Job job, Request request, JobStatus to, List<Checkpoint> checkpoints, Instant now) {
    Optional<String> lost =
        to instanceof JobStatus.Resuming ? forkCommands.lost(job) : Optional.empty();
    if (lost.isPresent()) {
      refuse(job, request, lost.get());
      return;
    }
    ports.serve(job, to, Checkpoint.pending(checkpoints), now);
  }

  /**
   * Resumes the job, unless records may have expired while it was halted and the command does not
   * accept that.
   */
  private void resume(
      Job job, Request request, boolean acceptsGap, List<Checkpoint> checkpoints, Instant now) {
    try {
      if (!acceptsGap) {
        coverage.requireNothingLost(job);
      }
      move(job, request, new JobStatus.Resuming(acceptsGap), checkpoints, now);
    } catch (RestoreRefusedException e) {
      refuse(job, request, "the job cannot be resumed: " + e.reason());
    } catch (StreamException e) {
      // It is not known yet whether records are lost. The request remains.
      ports
          .announcer()
          .announce(new Announcement.Postponed(request.command(), String.valueOf(e.getMessage())));
    }
  }

  private void dispose(Job job, Request request, Checkpoint checkpoint) {
    switch (disposeCommand.dispose(job, checkpoint)) {
      case DisposeCommand.Outcome.Done d -> ports.checkpoints().serve(job);
      case DisposeCommand.Outcome.Refused refused -> refuse(job, request, refused.reason());
      case DisposeCommand.Outcome.Changed c -> {}
    }
  }

  /**
   * A programming error would repeat at each tick as long as the request remains, so it is refused.
   */
  private static String programmingError(RuntimeException failure) {
    return "the coordinator failed on it unexpectedly: "
        + failure
        + "; see its log for details. Use another command, and report this";
  }

  private boolean refuse(Job job, Request request, String reason) {
    boolean refused = ports.checkpoints().refuse(job, reason, ports.clock().instant());
    if (refused) {
      ports.announcer().announce(new Announcement.Refused(request, reason));
    }
    return refused;
  }
}
