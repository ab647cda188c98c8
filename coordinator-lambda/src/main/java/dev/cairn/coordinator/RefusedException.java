package dev.cairn.coordinator;

/** A restore cannot be done, for this reason. */
class RefusedException extends Exception {
  private static final long serialVersionUID = 1L;

  private final String reason;

  RefusedException(String reason) {
    super(reason);
    this.reason = reason;
  }

  String reason() {
    return reason;
  }
}
