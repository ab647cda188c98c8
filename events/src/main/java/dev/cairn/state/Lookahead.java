package dev.cairn.state;

import java.util.Iterator;
import java.util.NoSuchElementException;
import org.jspecify.annotations.Nullable;

/** An iterator that finds its next change when it is asked for, and not before. */
abstract class Lookahead implements Iterator<Change> {
  private @Nullable Change next;

  /** Gives the change after the last one given; null, also when asked again, if there is none. */
  abstract @Nullable Change following();

  @Override
  public final boolean hasNext() {
    if (next == null) {
      next = following();
    }
    return next != null;
  }

  @Override
  public final Change next() {
    Change current = next == null ? following() : next;
    if (current == null) {
      throw new NoSuchElementException();
    }
    next = null;
    return current;
  }
}
