package dev.cairn.id;

/**
 * A Kinesis sequence number: a decimal integer of up to 128 digits, ordered within one shard only.
 *
 * <p>The number is kept as text, because it is compared once for each record: without leading
 * zeros, a longer number is larger, and numbers of equal length are ordered as their text.
 */
public record SequenceNumber(String digits) implements Comparable<SequenceNumber> {
  public SequenceNumber {
    if (digits.isEmpty() || digits.length() > 128) {
      throw invalid(digits);
    }
    for (int i = 0; i < digits.length(); i++) {
      if (digits.charAt(i) < '0' || digits.charAt(i) > '9') {
        throw invalid(digits);
      }
    }
    if (digits.length() > 1 && digits.charAt(0) == '0') {
      throw invalid(digits);
    }
  }

  private static IllegalArgumentException invalid(String digits) {
    String shown = digits.length() <= 60 ? digits : digits.substring(0, 60) + "…";
    return new IllegalArgumentException(
        "sequence number \"" + shown + "\" is not a decimal number without leading zeros");
  }

  @Override
  public int compareTo(SequenceNumber other) {
    int byLength = Integer.compare(digits.length(), other.digits.length());
    return byLength != 0 ? byLength : digits.compareTo(other.digits);
  }

  @Override
  public String toString() {
    return digits;
  }
}
