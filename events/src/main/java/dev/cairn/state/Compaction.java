package dev.cairn.state;

import java.util.List;

/**
 * Decides when runs are merged, by their sizes, as size-tiered compaction does: runs of like size
 * are folded together, so that a byte is written again about as often as the state has doubled
 * since, and the runs of a state stay few.
 */
public final class Compaction {
  public static final int DEFAULT_MAXIMUM_RUNS = 8;

  private static final int FEWEST_FOLDED = 2;
  private static final int GROWTH = 2;

  private Compaction() {}

  /**
   * How many of the manifest's newest runs the next run takes in: 0 while there are fewer than
   * {@code maximumRuns}, otherwise at least 2, and on as long as the next older run is at most
   * twice as large as those before it together.
   *
   * <p>When it is all of them, what the next run removes has nothing left to hide, and may be
   * dropped.
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
