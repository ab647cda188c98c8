package dev.cairn.parallel;

/**
 * Not all of the work was done in the time that there is. The next tick continues with the rest.
 */
public final class OutOfTimeException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** Some of the work was not begun. */
  public OutOfTimeException(int done, int of) {
    this(done + " of " + of);
  }

  /**
   * @param done what was done
   */
  public OutOfTimeException(String done) {
    super("stopped in time after " + done + "; what is done stays done, and the next tick goes on");
  }
}
