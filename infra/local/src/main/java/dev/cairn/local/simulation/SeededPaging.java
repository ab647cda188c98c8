package dev.cairn.local.simulation;

import dev.cairn.local.kinesis.Paging;
import java.time.Duration;
import java.util.SplittableRandom;

/**
 * Pages as short as Kinesis returns them, scaled to the length of a run: a page covers a fraction
 * of a second where Kinesis covers minutes, so that a shard which is quiet for a while has many
 * empty pages. What is far behind is read in longer stretches, which bounds the number of reads.
 */
final class SeededPaging implements Paging {
  private static final Duration LONG = Duration.ofHours(1);
  private static final int MOST_PAGES_OF_A_KIND = 40;
  private static final int FEWEST_PAGES_OF_A_KIND = 10;

  private final Faults faults;
  private final Duration stretch;

  SeededPaging(SplittableRandom random, Faults faults) {
    this.faults = faults;
    this.stretch = Duration.ofMillis(250 + random.nextInt(random.nextBoolean() ? 500 : 10_000));
  }

  @Override
  public Duration stretch(Duration behind) {
    // A coordinator of 60 seconds has to come through what a long halt leaves behind.
    Duration share =
        behind.dividedBy(
            behind.compareTo(LONG) > 0 ? FEWEST_PAGES_OF_A_KIND : MOST_PAGES_OF_A_KIND);
    return share.compareTo(stretch) > 0 ? share : stretch;
  }

  @Override
  public int limit(int asked) {
    if (faults.chance(0.1)) {
      faults.count("fault: an empty page between records");
      return 0;
    }
    return faults.chance(0.2) ? 1 + faults.below(asked) : asked;
  }
}
