package dev.cairn.operator;

/** Distinguishes exceptions of a user's code from failures of the machine or of class loading. */
public final class UserCode {
  private UserCode() {}

  /**
   * Rethrows out-of-memory errors and linkage errors, which are not caused by one record or value.
   * Any other throwable of a user's code, including its own errors, is.
   */
  public static void rethrowIfNotItsOwn(Throwable thrown) {
    switch (thrown) {
      case OutOfMemoryError error -> throw error;
      case LinkageError error -> throw error;
      default -> {}
    }
  }
}
