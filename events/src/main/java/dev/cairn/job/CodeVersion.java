package dev.cairn.job;

import java.math.BigInteger;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The version of a function's code: the number of a published Lambda version, {@code $LATEST}, or a
 * name that another runner gives.
 */
public record CodeVersion(String value) {
  private static final Pattern NUMBER = Pattern.compile("\\d{1,20}");

  public CodeVersion {
    if (value.isBlank()) {
      throw new IllegalArgumentException("a version of code has a name");
    }
  }

  /**
   * Only numbers have an order; of other versions the one that registers later takes precedence.
   */
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
