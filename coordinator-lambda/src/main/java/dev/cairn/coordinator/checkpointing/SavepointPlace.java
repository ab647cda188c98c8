package dev.cairn.coordinator.checkpointing;

import dev.cairn.checkpoint.Checkpoint;
import dev.cairn.checkpoint.CheckpointSettings;
import dev.cairn.command.Command;
import dev.cairn.id.SavepointName;
import dev.cairn.job.Job;
import dev.cairn.settings.Options;
import dev.cairn.storage.FilePath;
import dev.cairn.storage.Layout;
import java.util.Optional;

/** Determines the directory of a job's next savepoint from the job's settings. */
public final class SavepointPlace {
  // Leaves room for the names of stage, shard and files, which a task appends.
  private static final String LONGEST_BELOW = "x".repeat(420);

  private SavepointPlace() {}

  /**
   * @throws IllegalArgumentException if no savepoint can be stored there, with the reason
   */
  static FilePath of(Job job, Optional<SavepointName> name) {
    Optional<String> set = job.settings().savepointDirectory();
    try {
      FilePath all = set.map(FilePath::new).orElse(Layout.SAVEPOINTS);
      FilePath directory = Layout.savepoint(all, job.id(), job.next(), name);
      var unused = directory.resolve(FilePath.of(LONGEST_BELOW));
      return directory;
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          "a savepoint cannot be stored at \""
              + printable(set.orElse(Layout.SAVEPOINTS.value()))
              + "\", which "
              + Options.SAVEPOINT_DIRECTORY.name()
              + " says: "
              + e.getMessage()
              + "; correct the setting, and repeat the request",
          e);
    }
  }

  /**
   * Returns the job's next savepoint.
   *
   * @throws IllegalArgumentException if no savepoint can be stored there, with the reason
   */
  public static Checkpoint.Savepoint savepoint(Job job, Optional<SavepointName> name) {
    return new Checkpoint.Savepoint(name, of(job, name));
  }

  /** Returns why no savepoint can be stored there; empty if one can. */
  public static Optional<String> refusal(Job job, Optional<SavepointName> name) {
    try {
      var unused = of(job, name);
      return Optional.empty();
    } catch (IllegalArgumentException e) {
      return Optional.of(String.valueOf(e.getMessage()));
    }
  }

  private static String printable(String text) {
    return text.replaceAll("\\p{Cntrl}", "?");
  }

  /**
   * Returns why the command must be refused; empty if it can be executed. This is checked before
   * anything changes: otherwise a stopping job would already have halted when its savepoint fails.
   *
   * @param besideCheckpoints whether savepoints may lie in the storage of the job's checkpoints
   */
  public static Optional<String> refusal(
      Command command, CheckpointSettings settings, boolean besideCheckpoints) {
    return !takesSavepoint(command)
            || besideCheckpoints
            || settings.savepointDirectory().isPresent()
        ? Optional.empty()
        : Optional.of(
            "there is no directory for a savepoint: the job's checkpoints are inside its"
                + " table, from which a savepoint cannot be copied, and a savepoint must"
                + " outlive the table; set "
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
      case Command.Pin p -> false;
      case Command.Unpin u -> false;
      case Command.Upgrade u -> false;
      case Command.AcceptGap a -> false;
      case Command.Fork f -> false;
      case Command.Unfork u -> false;
    };
  }
}
