package dev.cairn.operator;

/** Tells what a user's code throws from what is wrong with the machine or the classes. */
public final class UserCode {
  private UserCode() {}

  /**
   * Throws a lack of memory again, and an error of classes that do not fit together: it is not the
   * doing of one record or value. Everything else that a user's code throws is, errors of its own
   * included.
   */
  public static void rethrowIfNotItsOwn(Throwable thrown) {
    switch (thrown) {
      case OutOfMemoryError error -> throw error;
      case LinkageError error -> throw error;
      default -> {}
    }
  }
}
