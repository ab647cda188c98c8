package dev.cairn.coordinator;

import dev.cairn.checkpoint.CheckpointSettings;
import dev.cairn.command.Command;
import dev.cairn.settings.Options;
import java.util.Optional;

/** Whether there is a place for the savepoint that a command asks for: a pure function. */
final class SavepointPlace {
  private SavepointPlace() {}

  /**
   * Why the command cannot be served, if it cannot: said before anything has changed, as a job that
   * is to stop would have halted by the time its savepoint has nowhere to go.
   *
   * @param besideCheckpoints whether savepoints may lie in the storage of the job's checkpoints
   */
  static Optional<String> refusal(
      Command command, CheckpointSettings settings, boolean besideCheckpoints) {
    return !takesSavepoint(command)
            || besideCheckpoints
            || settings.savepointDirectory().isPresent()
        ? Optional.empty()
        : Optional.of(
            "there is no place for a savepoint: the job's checkpoints lie inside its table, which"
                + " nobody can copy a savepoint from, and it has to outlive the table; set "
                + Options.SAVEPOINT_DIRECTORY
                + ", such as to s3://bucket/prefix, and ask again"
                + (command instanceof Command.Stop
                    ? "; or cancel the job, which needs no savepoint to go on from where it was"
                    : ""));
  }

  private static boolean takesSavepoint(Command command) {
    return switch (command) {
      case Command.Savepoint s -> true;
      case Command.Stop s -> true;
      case Command.Checkpoint c -> false;
      case Command.Cancel c -> false;
      case Command.Resume r -> false;
      case Command.Restore r -> false;
      case Command.Undo u -> false;
      case Command.Dispose d -> false;
    };
  }
}
