package dev.cairn.parallel;

/** Not all of it was begun: the time that there is was over. What was begun is done. */
public final class OutOfTimeException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public OutOfTimeException(int done, int of) {
    super(
        "stopped in time after "
            + done
            + " of "
            + of
            + "; what is done stays done, and the next tick goes on");
  }
}
