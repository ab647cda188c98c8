package dev.cairn.parallel;

/** Not all of the work could be done in the available time. The next tick continues. */
public final class OutOfTimeException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** Creates an exception for items that were not begun. */
  public OutOfTimeException(int done, int of) {
    this(done + " of " + of);
  }

  /**
   * @param done a description of what was done
   */
  public OutOfTimeException(String done) {
    super("stopped in time after " + done + "; the next tick continues with the rest");
  }
}
