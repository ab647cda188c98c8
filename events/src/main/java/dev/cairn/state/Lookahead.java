package dev.cairn.state;

import java.util.Iterator;
import java.util.NoSuchElementException;
import org.jspecify.annotations.Nullable;

/** An iterator that computes its next change lazily. */
abstract class Lookahead implements Iterator<Change> {
  private @Nullable Change next;

  /** Returns the next change, or null, also on further calls, if there is none. */
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
