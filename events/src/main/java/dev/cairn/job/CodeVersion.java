package dev.cairn.job;

import java.math.BigInteger;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Which version of its code a function runs: as Lambda numbers those that are published, or {@code
 * $LATEST}, or whatever another runner says.
 */
public record CodeVersion(String value) {
  private static final Pattern NUMBER = Pattern.compile("\\d{1,20}");

  public CodeVersion {
    if (value.isBlank()) {
      throw new IllegalArgumentException("a version of code has a name");
    }
  }

  /** Only numbers have an order; between any others it is the later to say so that counts. */
  public boolean isOlderThan(CodeVersion other) {
    return number()
        .flatMap(mine -> other.number().map(theirs -> mine.compareTo(theirs) < 0))
        .orElse(false);
  }

  private Optional<BigInteger> number() {
    return NUMBER.matcher(value).matches() ? Optional.of(new BigInteger(value)) : Optional.empty();
  }

  @Override
  public String toString() {
    return value;
  }
}
