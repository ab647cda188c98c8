package dev.cairn.coordinator;

import dev.cairn.checkpoint.Checkpoint;
import dev.cairn.command.CommandProgress;
import dev.cairn.command.CommandText;
import dev.cairn.command.InvalidCommandException;
import dev.cairn.command.TrackedCommand;
import dev.cairn.coordinator.ports.Event;
import dev.cairn.format.Fields;
import dev.cairn.id.JobId;
import dev.cairn.job.CheckpointStore;
import dev.cairn.job.Job;
import dev.cairn.job.Request;
import dev.cairn.parallel.OutOfTimeException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.Optional;

/**
 * Executes a command with which the coordinator function is invoked directly. The command is first
 * put on the job's item, like any other request, so that it is executed exactly once; then it is
 * executed immediately.
 *
 * <pre>
 * accepted    the command, if it is on the item, in progress or done
 * refused     otherwise the reason
 * step        its progress: waiting, triggered, completed, suspending, restoring, …
 * text        its progress as a sentence
 * checkpoint  the id of the checkpoint that it takes
 * status      the job's status afterwards
 * epoch       the job's epoch afterwards
 * next        how to follow the command
 * </pre>
 */
public final class CommandCalls {
  private static final Logger LOG = System.getLogger(CommandCalls.class.getName());

  private final CheckpointStore checkpoints;
  private final Coordinator coordinator;

  public CommandCalls(CheckpointStore checkpoints, Coordinator coordinator) {
    this.checkpoints = checkpoints;
    this.coordinator = coordinator;
  }

  /**
   * @param response receives the fields of the response
   */
  public void execute(JobId id, String text, Fields response) {
    Optional<Job> job = checkpoints.job(id);
    if (job.isEmpty()) {
      response.put("refused", "there is no job " + id + " in the table; deploy it first");
      return;
    }
    try {
      execute(new TrackedCommand(job.get(), CommandText.parse(text)), response);
    } catch (InvalidCommandException e) {
      response.put("refused", e.reason());
      describe(job.get(), response);
    }
  }

  private void execute(TrackedCommand command, Fields response) {
    Optional<Request> waiting = command.submit(checkpoints, false);
    if (waiting.isPresent()) {
      response.put(
          "refused",
          "\""
              + waiting.get().command()
              + "\" was requested before and is still waiting; try again when it has ended,"
              + " or remove "
              + waiting.get().attribute().attributeName()
              + " from the job's item");
      describe(command.before(), response);
      return;
    }
    try {
      coordinator.on(new Event.Requested(command.before().id()));
    } catch (OutOfTimeException e) {
      // The next tick continues; the progress so far is reported.
      LOG.log(Level.INFO, "job {0}: {1}", command.before().id(), e.getMessage());
    }
    command.progress(checkpoints).ifPresent(progress -> putProgress(command, progress, response));
  }

  private static void putProgress(
      TrackedCommand command, CommandProgress progress, Fields response) {
    String accepted = command.request().command();
    switch (progress) {
      case CommandProgress.Refused(Job n, String reason) -> response.put("refused", reason);
      case CommandProgress.Superseded(Job n, String text) -> response.put("refused", text);
      case CommandProgress.Waiting w ->
          accept(response, accepted, "waiting", "it begins as soon as possible", Optional.empty());
      case CommandProgress.UnderWay(
              Job n,
              String step,
              String text,
              Optional<Checkpoint> checkpoint) ->
          accept(response, accepted, step, text, checkpoint);
      case CommandProgress.Done(Job n, String step, String text, Optional<Checkpoint> checkpoint) ->
          accept(response, accepted, step, text, checkpoint);
      case CommandProgress.Failed(
              Job n,
              String step,
              String text,
              Optional<Checkpoint> checkpoint) ->
          accept(response, accepted, step, text, checkpoint);
    }
    describe(progress.now(), response);
  }

  private static void accept(
      Fields response, String command, String step, String text, Optional<Checkpoint> checkpoint) {
    response.put("accepted", command).put("step", step).put("text", text);
    checkpoint.ifPresent(one -> response.put("checkpoint", one.id().value()));
  }

  private static void describe(Job job, Fields response) {
    response
        .put("status", job.status().label())
        .put("epoch", job.epoch().value())
        .put("next", "cairn status, cairn checkpoints; refusal on the job's item");
  }
}
