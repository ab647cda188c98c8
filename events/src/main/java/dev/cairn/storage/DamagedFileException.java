package dev.cairn.storage;

/**
 * A file that is needed is gone, or is not what was written. Never retried into success: someone
 * has to act.
 */
public final class DamagedFileException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public DamagedFileException(String message) {
    super(message);
  }

  public DamagedFileException(String message, Throwable cause) {
    super(message, cause);
  }
}
