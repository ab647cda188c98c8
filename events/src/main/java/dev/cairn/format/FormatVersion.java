package dev.cairn.format;

/**
 * A version of the formats in which a job's table and files are written. A release reads every
 * version up to {@link #NEWEST} and writes a job in the version that the job's item names, so that
 * the release before it can take over again until a user raises the job's format.
 */
public enum FormatVersion {
  /** The formats of the first release. */
  ONE,
  /**
   * Adds what timers, outputs and resharding need: record time, watermark, next timer, output
   * counter, unsent and owed outputs, pending files, sub-sequence numbers, parents of shards and of
   * checkpoints.
   */
  TWO;

  /** The format of a job whose item names none. */
  public static final FormatVersion OLDEST = ONE;

  /** The newest format that this release reads and writes. */
  public static final FormatVersion NEWEST = TWO;

  public int number() {
    return ordinal() + 1;
  }

  /**
   * Finds a version by its number.
   *
   * @param what names the thing that has this version, for the message
   * @throws NewerFormatException if this release does not know the version
   * @throws FormatException if there is no such version
   */
  public static FormatVersion of(long number, String what) {
    if (number > NEWEST.number()) {
      throw new NewerFormatException(what, number);
    }
    if (number < OLDEST.number()) {
      throw new FormatException(what + " has format " + number + ", which no release has written");
    }
    return values()[Math.toIntExact(number - 1)];
  }

  /** Whether what was introduced with another version may be written in this one. */
  public boolean includes(FormatVersion introduced) {
    return compareTo(introduced) >= 0;
  }

  public static FormatVersion max(FormatVersion one, FormatVersion other) {
    return one.includes(other) ? one : other;
  }

  @Override
  public String toString() {
    return Integer.toString(number());
  }
}
