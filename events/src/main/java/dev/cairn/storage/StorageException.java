package dev.cairn.storage;

/**
 * The storage did not answer, or refused. Unless its message says otherwise it did so for the
 * moment, and the same call may succeed later.
 */
public final class StorageException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public StorageException(String message) {
    super(message);
  }

  public StorageException(String message, Throwable cause) {
    super(message, cause);
  }
}
