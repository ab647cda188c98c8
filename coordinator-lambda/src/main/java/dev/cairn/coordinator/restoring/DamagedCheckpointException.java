package dev.cairn.coordinator.restoring;

/** A checkpoint cannot be restored because a file that it needs is missing or altered. */
final class DamagedCheckpointException extends RestoreRefusedException {
  private static final long serialVersionUID = 1L;

  DamagedCheckpointException(String reason) {
    super(reason);
  }
}
