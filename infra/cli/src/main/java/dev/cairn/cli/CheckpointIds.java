package dev.cairn.cli;

import dev.cairn.checkpoint.Checkpoint;
import dev.cairn.cli.inspect.CheckpointTable;
import dev.cairn.id.CheckpointId;

/** Finds the checkpoint that a user names. */
final class CheckpointIds {
  private CheckpointIds() {}

  /**
   * Parses an id, before any service is called.
   *
   * @throws ExitException if the text is not an id
   */
  static CheckpointId parse(String typed) {
    try {
      return new CheckpointId(Long.parseLong(typed.strip()));
    } catch (IllegalArgumentException e) {
      throw ExitException.unusable(
          "\"" + typed + "\" is not a checkpoint's id: give a whole number from 1, such as 7");
    }
  }

  /**
   * @throws ExitException if it is unknown
   */
  static Checkpoint require(Connection connection, CheckpointId id) {
    return connection
        .checkpoints()
        .checkpoint(connection.job(), id)
        .orElseThrow(
            () ->
                ExitException.no(
                    "checkpoint "
                        + id
                        + " of job "
                        + connection.job()
                        + " is unknown: list those there are with cairn checkpoints"));
  }

  /**
   * @throws ExitException if it is not completed
   */
  static Checkpoint.Completed requireCompleted(Connection connection, CheckpointId id) {
    Checkpoint checkpoint = require(connection, id);
    return switch (checkpoint) {
      case Checkpoint.Completed completed -> completed;
      case Checkpoint.Pending p -> throw notCompleted(checkpoint, "wait until it is COMPLETED");
      case Checkpoint.Aborted a -> throw notCompleted(checkpoint, "choose one that is COMPLETED");
      case Checkpoint.Subsumed s ->
          throw notCompleted(
              checkpoint,
              "later ones replaced it and its files may be gone; choose one that is COMPLETED");
    };
  }

  private static ExitException notCompleted(Checkpoint checkpoint, String next) {
    return ExitException.no(
        "checkpoint "
            + checkpoint.id()
            + " is "
            + CheckpointTable.status(checkpoint)
            + ": "
            + next);
  }
}
