package dev.cairn.storage;

/**
 * The storage did not answer, or refused. Unless its message says otherwise it did so for the
 * moment, and the same call may succeed later.
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

  /** What kind of no it is, for those who tell people what to do about it. */
  public enum Kind {
    /** It says no, or fails; the message says how. */
    REFUSED,
    /** It gave no usable answer. */
    UNREACHABLE,
    /** It turns requests away for a while. */
    THROTTLED,
    /** It takes no file of this size. */
    TOO_LARGE
  }

  public Kind kind() {
    return kind;
  }
}
