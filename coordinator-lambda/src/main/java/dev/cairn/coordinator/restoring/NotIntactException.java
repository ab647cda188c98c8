package dev.cairn.coordinator.restoring;

/** A checkpoint cannot be restored because a file that it needs is missing or altered. */
final class NotIntactException extends RefusedException {
  private static final long serialVersionUID = 1L;

  NotIntactException(String reason) {
    super(reason);
  }
}
