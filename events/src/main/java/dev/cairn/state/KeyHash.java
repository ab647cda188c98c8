package dev.cairn.state;

import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Locale;
import java.util.Optional;

/**
 * The hash by which Kinesis routes a partition key: the MD5 of its UTF-8 bytes, as an unsigned
 * 128-bit number.
 *
 * @param high the upper 64 bits, unsigned
 * @param low the lower 64 bits, unsigned
 */
public record KeyHash(long high, long low) implements Comparable<KeyHash> {
  public static final int BYTES = 16;

  public static KeyHash of(String partitionKey) {
    try {
      byte[] digest =
          MessageDigest.getInstance("MD5").digest(partitionKey.getBytes(StandardCharsets.UTF_8));
      ByteBuffer bytes = ByteBuffer.wrap(digest);
      return new KeyHash(bytes.getLong(), bytes.getLong());
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has MD5", e);
    }
  }

  /** Reads the decimal form in which Kinesis names the bounds of a shard. */
  public static KeyHash ofDecimal(String decimal) {
    return of(new BigInteger(decimal));
  }

  /**
   * @throws IllegalArgumentException if the number is not from 0 to 2^128 - 1
   */
  public static KeyHash of(BigInteger number) {
    if (number.signum() < 0 || number.bitLength() > 128) {
      throw new IllegalArgumentException(
          "hash key " + number + " is not an unsigned 128-bit number");
    }
    return new KeyHash(number.shiftRight(64).longValue(), number.longValue());
  }

  /** Returns the next greater hash; empty for the greatest. */
  public Optional<KeyHash> next() {
    if (low != -1) {
      return Optional.of(new KeyHash(high, low + 1));
    }
    return high == -1 ? Optional.empty() : Optional.of(new KeyHash(high + 1, 0));
  }

  /** Returns the next smaller hash; empty for zero. */
  public Optional<KeyHash> previous() {
    if (low != 0) {
      return Optional.of(new KeyHash(high, low - 1));
    }
    return high == 0 ? Optional.empty() : Optional.of(new KeyHash(high - 1, -1));
  }

  public String toDecimal() {
    return new BigInteger(1, ByteBuffer.allocate(BYTES).putLong(high).putLong(low).array())
        .toString();
  }

  @Override
  public int compareTo(KeyHash other) {
    int byHigh = Long.compareUnsigned(high, other.high);
    return byHigh != 0 ? byHigh : Long.compareUnsigned(low, other.low);
  }

  @Override
  public String toString() {
    return String.format(Locale.ROOT, "%016x%016x", high, low);
  }
}
