package dev.cairn.job;

/**
 * A user's request to a job, as it was typed into an attribute of the job's item. It stays there
 * until it is executed or refused.
 */
public record Request(Attribute attribute, String text) {

  /** The attribute of the request. */
  public enum Attribute {
    /** The checkpoint to restore. */
    RESTORE_CHECKPOINT_ID("restoreCheckpointId"),
    /** Any command, as {@code cairn} accepts it. */
    COMMAND("command");

    private final String name;

    Attribute(String name) {
      this.name = name;
    }

    /** Returns the attribute's name on the item. */
    public String attributeName() {
      return name;
    }
  }

  public static Request restore(String checkpointId) {
    return new Request(Attribute.RESTORE_CHECKPOINT_ID, checkpointId);
  }

  public static Request command(String command) {
    return new Request(Attribute.COMMAND, command);
  }

  /** Returns the full command: text in {@code restoreCheckpointId} is a restore. */
  public String command() {
    return switch (attribute) {
      case RESTORE_CHECKPOINT_ID -> "restore " + text;
      case COMMAND -> text;
    };
  }
}
