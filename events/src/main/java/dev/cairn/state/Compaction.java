package dev.cairn.state;

import java.util.List;

/**
 * Decides which runs are merged, by size-tiered compaction: runs of similar size are merged, so
 * that a byte is rewritten about once each time the state doubles, and a state has few runs.
 */
public final class Compaction {
  public static final int DEFAULT_MAXIMUM_RUNS = 8;

  private static final int FEWEST_FOLDED = 2;
  private static final int GROWTH = 2;

  private Compaction() {}

  /**
   * Returns how many of the manifest's newest runs the next run merges: 0 while there are fewer
   * than {@code maximumRuns}; otherwise at least 2, and further ones as long as the next older run
   * is at most twice as large as the runs before it together.
   *
   * <p>If it merges all runs, removed cells no longer hide older values and may be dropped.
   *
   * @param maximumRuns how many runs a manifest may have, 2 or more
   */
  public static int plan(Manifest manifest, int maximumRuns) {
    if (maximumRuns < FEWEST_FOLDED) {
      throw new IllegalArgumentException(
          "a state has at most " + maximumRuns + " runs: allow " + FEWEST_FOLDED + " or more");
    }
    List<RunRef> newestFirst = manifest.runs();
    if (newestFirst.size() < maximumRuns) {
      return 0;
    }
    int folded = 0;
    long foldedBytes = 0;
    for (RunRef run : newestFirst) {
      long size = run.file().sizeBytes();
      if (folded >= FEWEST_FOLDED && size > GROWTH * foldedBytes) {
        break;
      }
      folded++;
      foldedBytes += size;
    }
    return folded;
  }
}
