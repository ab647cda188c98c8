package dev.cairn.storage;

/** A needed file is missing or altered. A retry does not help; a user has to act. */
public final class DamagedFileException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public DamagedFileException(String message) {
    super(message);
  }

  public DamagedFileException(String message, Throwable cause) {
    super(message, cause);
  }
}
