package dev.cairn.job;

/**
 * What a user asks of a job, as it was typed into an attribute of the job's item. It is there until
 * it is served or refused.
 */
public record Request(Attribute attribute, String text) {

  /** Where it was typed. */
  public enum Attribute {
    /** What to restore, and nothing else. */
    RESTORE_CHECKPOINT_ID("restoreCheckpointId"),
    /** Any command, as {@code cairn} takes it. */
    COMMAND("command");

    private final String name;

    Attribute(String name) {
      this.name = name;
    }

    /** Its name on the item. */
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

  /** The command in full: what stands in {@code restoreCheckpointId} is a restore. */
  public String command() {
    return switch (attribute) {
      case RESTORE_CHECKPOINT_ID -> "restore " + text;
      case COMMAND -> text;
    };
  }
}
