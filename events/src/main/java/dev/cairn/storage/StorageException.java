package dev.cairn.storage;

/**
 * The storage did not respond, or refused a call. Unless the message says otherwise the failure is
 * temporary, and the call may succeed later.
 */
public final class StorageException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final Kind kind;

  public StorageException(String message) {
    this(Kind.REFUSED, message);
  }

  public StorageException(String message, Throwable cause) {
    this(Kind.REFUSED, message, cause);
  }

  public StorageException(Kind kind, String message) {
    super(message);
    this.kind = kind;
  }

  public StorageException(Kind kind, String message, Throwable cause) {
    super(message, cause);
    this.kind = kind;
  }

  /** The kind of failure, which determines the advice to users. */
  public enum Kind {
    /** The storage refused the call or failed; the message says how. */
    REFUSED,
    /** The storage gave no usable response. */
    UNREACHABLE,
    /** The storage is throttling requests. */
    THROTTLED,
    /** The storage does not accept files of this size. */
    TOO_LARGE
  }

  public Kind kind() {
    return kind;
  }
}
