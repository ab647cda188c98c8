package dev.cairn.task.subtask;

import dev.cairn.task.ports.Deadline;
import java.time.Duration;
import java.util.Iterator;

/**
 * The part of an invocation that a snapshot may take. Lambda ends the process at the time-out, so a
 * snapshot that would last longer must stop before that and report it.
 *
 * @param kept the part of the invocation that is reserved for the journal and the response
 */
public record SnapshotTime(Deadline deadline, Duration kept) {

  /** The snapshot has no time left. */
  public static final class SnapshotTimeoutException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    SnapshotTimeoutException() {
      super("the invocation has no time left for a snapshot");
    }
  }

  /** Returns the remaining time of the snapshot; zero or negative when it is over. */
  public Duration left() {
    return deadline.remaining().minus(kept);
  }

  public boolean isOver() {
    return !left().isPositive();
  }

  /**
   * Returns the time that one more write may take.
   *
   * @throws SnapshotTimeoutException if there is none
   */
  Duration requireTime() {
    Duration left = left();
    if (!left.isPositive()) {
      throw new SnapshotTimeoutException();
    }
    return left;
  }

  /**
   * Returns these elements. The iteration fails with {@link SnapshotTimeoutException} once the time
   * is over.
   */
  <T> Iterable<T> within(Iterable<T> elements) {
    return () -> new Limited<>(elements.iterator(), this);
  }

  private static final class Limited<T> implements Iterator<T> {
    private static final int BETWEEN_LOOKS = 1024;

    private final Iterator<T> elements;
    private final SnapshotTime time;
    private int taken;

    Limited(Iterator<T> elements, SnapshotTime time) {
      this.elements = elements;
      this.time = time;
    }

    @Override
    public boolean hasNext() {
      return elements.hasNext();
    }

    @Override
    public T next() {
      taken++;
      if (taken % BETWEEN_LOOKS == 0) {
        time.requireTime();
      }
      return elements.next();
    }
  }
}
