package dev.cairn.stream;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;

/**
 * The format in which the Kinesis Producer Library puts many user records into one Kinesis record:
 * four bytes of magic, a protobuf message, and its MD5.
 *
 * @see <a
 *     href="https://github.com/awslabs/amazon-kinesis-producer/blob/master/aggregation-format.md">the
 *     format</a>
 */
public final class KplAggregate {
  private static final byte[] MAGIC = {(byte) 0xF3, (byte) 0x89, (byte) 0x9A, (byte) 0xC2};
  private static final int DIGEST_BYTES = 16;

  private KplAggregate() {}

  /** Whether a record's data is an aggregate: it begins with the magic and has the right MD5. */
  public static boolean is(byte[] data) {
    return data.length > MAGIC.length + DIGEST_BYTES
        && Arrays.equals(data, 0, MAGIC.length, MAGIC, 0, MAGIC.length)
        && isIntact(data);
  }

  private static boolean isIntact(byte[] data) {
    int end = data.length - DIGEST_BYTES;
    MessageDigest md5 = md5();
    md5.update(data, MAGIC.length, end - MAGIC.length);
    return Arrays.equals(md5.digest(), Arrays.copyOfRange(data, end, data.length));
  }

  private static MessageDigest md5() {
    try {
      return MessageDigest.getInstance("MD5");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has MD5", e);
    }
  }
}
