package dev.cairn.coordinator.restoring;

/** A restore is refused, for the reason in the message. */
public class RestoreRefusedException extends Exception {
  private static final long serialVersionUID = 1L;

  private final String reason;

  public RestoreRefusedException(String reason) {
    super(reason);
    this.reason = reason;
  }

  public String reason() {
    return reason;
  }
}
