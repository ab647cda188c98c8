package dev.cairn.task.journalling;

import dev.cairn.checkpoint.Acknowledgement;
import dev.cairn.checkpoint.FailureReason;
import dev.cairn.id.CheckpointId;
import dev.cairn.id.SubtaskId;
import dev.cairn.journal.OutcomeUnknownException;
import dev.cairn.journal.PendingTrigger;
import dev.cairn.task.ports.TaskPorts;

/**
 * Tells that a subtask cannot take part in a checkpoint, so that nobody waits for it until the
 * checkpoint expires without a cause.
 */
public final class Declines {
  private final TaskPorts ports;

  public Declines(TaskPorts ports) {
    this.ports = ports;
  }

  public void decline(
      SubtaskId subtask, CheckpointId checkpoint, FailureReason reason, String message) {
    try {
      ports
          .checkpoints()
          .acknowledge(new Acknowledgement.Declined(subtask, checkpoint, reason, message));
    } catch (OutcomeUnknownException e) {
      // The checkpoint times out instead.
    }
  }

  /**
   * Declines the checkpoint whose trigger is pending, for a subtask that is not in memory. This
   * costs a query and a put of an invocation that fails anyway.
   */
  public void declineAny(SubtaskId subtask, FailureReason reason, String message) {
    try {
      PendingTrigger.in(ports.journal().fromLastBase(subtask))
          .ifPresent(checkpoint -> decline(subtask, checkpoint, reason, message));
    } catch (OutcomeUnknownException e) {
      // The checkpoint times out instead.
    }
  }
}
