package dev.cairn.task;

import dev.cairn.checkpoint.Acknowledgement;
import dev.cairn.checkpoint.FailureReason;
import dev.cairn.id.CheckpointId;
import dev.cairn.id.SubtaskId;
import dev.cairn.journal.Entry;
import dev.cairn.journal.OutcomeUnknownException;
import java.util.List;
import java.util.Optional;

/**
 * Tells that a subtask cannot take part in a checkpoint, so that nobody waits for it until the
 * checkpoint expires without a cause.
 */
final class Declines {
  private final TaskPorts ports;

  Declines(TaskPorts ports) {
    this.ports = ports;
  }

  void decline(SubtaskId subtask, CheckpointId checkpoint, FailureReason reason, String message) {
    try {
      ports
          .checkpoints()
          .acknowledge(new Acknowledgement.Declined(subtask, checkpoint, reason, message));
    } catch (OutcomeUnknownException e) {
      // The checkpoint times out instead.
    }
  }

  /**
   * The same of whatever checkpoint was asked for, where the subtask is not in memory. Costs a
   * query and a put, of an invocation that fails anyway.
   */
  void declineAny(SubtaskId subtask, FailureReason reason, String message) {
    try {
      asked(ports.journal().fromLastBase(subtask))
          .ifPresent(checkpoint -> decline(subtask, checkpoint, reason, message));
    } catch (OutcomeUnknownException e) {
      // The checkpoint times out instead.
    }
  }

  private static Optional<CheckpointId> asked(List<Entry> fromLastBase) {
    Optional<CheckpointId> asked = Optional.empty();
    for (Entry entry : fromLastBase) {
      asked =
          switch (entry) {
            case Entry.Triggered triggered -> Optional.of(triggered.checkpoint());
            case Entry.Advanced a -> asked;
            case Entry.Failed f -> asked;
            // No checkpoint spans two epochs, and a base answers what was asked before it.
            case Entry.Suspended s -> Optional.empty();
            case Entry.Resumed r -> Optional.empty();
            case Entry.Base b -> Optional.empty();
          };
    }
    return asked;
  }
}
