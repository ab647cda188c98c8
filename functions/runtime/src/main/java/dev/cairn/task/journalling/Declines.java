package dev.cairn.task.journalling;

import dev.cairn.checkpoint.Acknowledgement;
import dev.cairn.checkpoint.FailureReason;
import dev.cairn.id.CheckpointId;
import dev.cairn.id.SubtaskId;
import dev.cairn.journal.OutcomeUnknownException;
import dev.cairn.journal.PendingTrigger;
import dev.cairn.task.ports.TaskPorts;

/**
 * Declines checkpoints for a subtask that cannot store its state, so that the checkpoint fails
 * immediately and with a reason.
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
   * Declines the pending trigger of a subtask that is not in memory. This costs an invocation that
   * fails anyway a query and a put.
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
