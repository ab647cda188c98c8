package dev.cairn.state;

import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.PriorityQueue;
import org.jspecify.annotations.Nullable;

/** Reads several runs as one sorted sequence. */
public final class MergedRuns {

  private MergedRuns() {}

  /**
   * Merges runs, or other sorted changes, such as the live changes that are newer than all runs.
   *
   * <p>Every iterator starts from the beginning, holds one block of each run at a time, and returns
   * strictly ascending keys.
   *
   * @param newestFirst the runs; if several have a change of one cell, the first of them counts
   * @param dropRemoved whether removed cells are left out: correct only if the oldest run of the
   *     state is included, because an older run could still hold a value of the cell
   */
  public static Iterable<Change> merge(
      List<? extends Iterable<Change>> newestFirst, boolean dropRemoved) {
    List<Iterable<Change>> sources = List.copyOf(newestFirst);
    return () -> new Merge(sources, dropRemoved);
  }

  /** The next change of one run; {@code age} is 0 for the newest run. */
  private record Head(Change change, int age, Iterator<Change> rest) {
    static final Comparator<Head> BY_KEY_THEN_NEWEST =
        Comparator.comparing((Head head) -> head.change.key()).thenComparingInt(head -> head.age);
  }

  private static final class Merge extends Lookahead {
    private final PriorityQueue<Head> heads = new PriorityQueue<>(Head.BY_KEY_THEN_NEWEST);
    private final boolean dropRemoved;

    Merge(List<Iterable<Change>> sources, boolean dropRemoved) {
      this.dropRemoved = dropRemoved;
      for (int age = 0; age < sources.size(); age++) {
        offer(age, sources.get(age).iterator());
      }
    }

    private void offer(int age, Iterator<Change> rest) {
      if (rest.hasNext()) {
        heads.add(new Head(rest.next(), age, rest));
      }
    }

    @Override
    @Nullable Change following() {
      while (true) {
        Head newest = heads.poll();
        if (newest == null) {
          return null;
        }
        offer(newest.age, newest.rest);
        skipOlder(newest.change.key());
        if (!dropRemoved || newest.change instanceof Change.Put) {
          return newest.change;
        }
      }
    }

    private void skipOlder(StateKey key) {
      for (Head head = heads.peek();
          head != null && head.change.key().equals(key);
          head = heads.peek()) {
        heads.remove();
        offer(head.age, head.rest);
      }
    }
  }
}
