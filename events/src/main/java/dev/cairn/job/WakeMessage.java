package dev.cairn.job;

import dev.cairn.id.ShardId;
import java.util.Locale;

/**
 * The message with which the coordinator invokes a task's function: there is work on a shard that
 * no record may come for.
 */
public record WakeMessage(ShardId shard, Purpose purpose) {

  /** A task is woken for one of these. Each includes those before it. */
  public enum Purpose {
    /** To acknowledge a checkpoint, or to close a gap. */
    PENDING_WORK,
    /** To open a shard whose parents are closed. */
    OPEN,
    /** To apply a closed shard to its end. */
    DRAIN;

    /** The word for it in a message. */
    public String word() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /**
   * Returns the message as JSON. A release that does not know the purpose takes the message for one
   * about pending work.
   */
  public String toJson() {
    // An id holds no character that JSON would have to escape.
    String more = purpose == Purpose.PENDING_WORK ? "" : ",\"purpose\":\"" + purpose.word() + "\"";
    return "{\"cairn\":\"wake\",\"shard\":\"" + shard + "\"" + more + "}";
  }
}
