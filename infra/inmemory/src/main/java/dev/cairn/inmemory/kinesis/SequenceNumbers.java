package dev.cairn.inmemory.kinesis;

import dev.cairn.id.SequenceNumber;

/**
 * Gives out numbers like those of Kinesis: 56 digits, far from zero, growing by uneven steps.
 *
 * <p>All of a stream's numbers share their upper digits, so a long is enough to keep one.
 */
final class SequenceNumbers {
  private static final String UPPER = "49607379130958210493764120583619204758";
  private static final int LOWER_DIGITS = 18;
  private static final long FIRST = 271_828;
  private static final int LONGEST_STEP = 9_973;

  private long last = FIRST;

  /** Returns the next ordinal. The steps look arbitrary and are equal in each run. */
  long next() {
    last += 1 + Math.floorMod(last * 2_654_435_761L, LONGEST_STEP);
    return last;
  }

  /** Returns the last ordinal. */
  long last() {
    return last;
  }

  /** Whether a number may be one of a local stream's. */
  static boolean isLocal(SequenceNumber number) {
    return number.digits().length() == UPPER.length() + LOWER_DIGITS
        && number.digits().startsWith(UPPER);
  }

  static SequenceNumber full(long ordinal) {
    String lower = Long.toString(ordinal);
    return new SequenceNumber(UPPER + "0".repeat(LOWER_DIGITS - lower.length()) + lower);
  }

  /**
   * The ordinal of a full number.
   *
   * @throws IllegalArgumentException when it is not one of a local stream's
   */
  static long ordinal(SequenceNumber number) {
    String digits = number.digits();
    if (!isLocal(number)) {
      throw new IllegalArgumentException("sequence number " + number + " is of another stream");
    }
    return Long.parseLong(digits, UPPER.length(), digits.length(), 10);
  }
}
