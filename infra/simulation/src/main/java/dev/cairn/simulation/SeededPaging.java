package dev.cairn.simulation;

import dev.cairn.inmemory.kinesis.Paging;
import dev.cairn.simulation.audit.SimulatedFault;
import java.time.Duration;
import java.util.SplittableRandom;

/**
 * Pages as short as Kinesis returns them, scaled to the length of a run: a page covers a fraction
 * of a second where Kinesis covers minutes, so that a shard which is quiet for a while has many
 * empty pages.
 *
 * <p>The number of pages to the tip of a shard is bounded as it is in Kinesis, where a quiet day
 * takes about 250 reads. Older parts are therefore read in longer stretches.
 */
final class SeededPaging implements Paging {
  /**
   * Each page covers at least this part of what is still to be read. The stretch is a share of what
   * is left, so the number of pages grows with the logarithm of the time: with the shortest
   * stretch, about 100 pages for two minutes and 200 for an hour.
   */
  private static final int SHARE = 20;

  /**
   * Without faults a run only waits until everything has caught up, for up to half an hour, in
   * which each tick reads quiet shards to their tips: about ten pages for two minutes.
   */
  private static final int SHARE_OF_CALM = 2;

  /** Older records come only from a long halt: a few pages more than for an hour. */
  private static final Duration FAR = Duration.ofHours(1);

  private static final int SHARE_OF_FAR = 4;

  private final Faults faults;
  private final Duration stretch;

  SeededPaging(SplittableRandom random, Faults faults) {
    this.faults = faults;
    this.stretch = Duration.ofMillis(50 + random.nextInt(random.nextBoolean() ? 200 : 10_000));
  }

  @Override
  public Duration stretch(Duration behind) {
    Duration share = behind.dividedBy(share(behind));
    return share.compareTo(stretch) > 0 ? share : stretch;
  }

  private int share(Duration behind) {
    if (faults.isCalm()) {
      return SHARE_OF_CALM;
    }
    return behind.compareTo(FAR) > 0 ? SHARE_OF_FAR : SHARE;
  }

  @Override
  public int limit(int asked) {
    if (faults.chance(0.1)) {
      faults.count(SimulatedFault.AN_EMPTY_PAGE_BETWEEN_RECORDS);
      return 0;
    }
    return faults.chance(0.2) ? 1 + faults.below(asked) : asked;
  }
}
