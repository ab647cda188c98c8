package dev.cairn.inmemory.kinesis;

import dev.cairn.state.KeyHash;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Aggregates user records as the Kinesis Producer Library does, which a producer's process would
 * otherwise have to run for. It shares no code with the reader of the format.
 *
 * <p>Not thread-safe.
 *
 * @see <a
 *     href="https://github.com/awslabs/amazon-kinesis-producer/blob/master/aggregation-format.md">the
 *     specification of the format</a>
 */
public final class KplAggregator {
  /** The partition key of aggregates; their explicit hash key is what routes them. */
  public static final String PARTITION_KEY = "a";

  private final Map<String, Integer> partitionKeys = new LinkedHashMap<>();
  private final Map<String, Integer> hashKeys = new LinkedHashMap<>();
  private final ByteArrayOutputStream records = new ByteArrayOutputStream();
  private Optional<KeyHash> route = Optional.empty();
  private int count;

  /** Adds a user record. */
  public KplAggregator add(String partitionKey, byte[] data) {
    return add(partitionKey, Optional.empty(), data);
  }

  /**
   * Adds a user record.
   *
   * @param explicitHash the explicit hash key of the user record, if its producer sets one
   */
  public KplAggregator add(String partitionKey, Optional<KeyHash> explicitHash, byte[] data) {
    ByteArrayOutputStream record = new ByteArrayOutputStream();
    varint(record, 1 << 3);
    varint(record, index(partitionKeys, partitionKey));
    if (explicitHash.isPresent()) {
      varint(record, 2 << 3);
      varint(record, index(hashKeys, explicitHash.get().toDecimal()));
    }
    delimited(record, 3, data);
    delimited(records, 3, record.toByteArray());
    route = route.or(() -> explicitHash).or(() -> Optional.of(KeyHash.of(partitionKey)));
    count++;
    return this;
  }

  private static int index(Map<String, Integer> table, String key) {
    return table.computeIfAbsent(key, unused -> table.size());
  }

  /** Returns how many user records were added. */
  public int size() {
    return count;
  }

  /**
   * Returns the explicit hash key with which the aggregate is put: the hash of its first user
   * record.
   *
   * @throws java.util.NoSuchElementException if there is none
   */
  public KeyHash route() {
    return route.orElseThrow();
  }

  /** Returns the data of the Kinesis record. */
  public byte[] toBytes() {
    ByteArrayOutputStream message = new ByteArrayOutputStream();
    partitionKeys.keySet().forEach(key -> delimited(message, 1, utf8(key)));
    hashKeys.keySet().forEach(key -> delimited(message, 2, utf8(key)));
    message.writeBytes(records.toByteArray());
    return framed(message.toByteArray());
  }

  /** Returns a protobuf message with the magic before it and its checksum after it. */
  public static byte[] framed(byte[] message) {
    ByteArrayOutputStream framed = new ByteArrayOutputStream();
    framed.writeBytes(new byte[] {(byte) 0xF3, (byte) 0x89, (byte) 0x9A, (byte) 0xC2});
    framed.writeBytes(message);
    framed.writeBytes(md5(message));
    return framed.toByteArray();
  }

  private static byte[] md5(byte[] message) {
    try {
      return MessageDigest.getInstance("MD5").digest(message);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has MD5", e);
    }
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static void delimited(ByteArrayOutputStream out, int field, byte[] bytes) {
    varint(out, (field << 3) | 2);
    varint(out, bytes.length);
    out.writeBytes(bytes);
  }

  private static void varint(ByteArrayOutputStream out, int value) {
    int rest = value;
    while (rest > 0x7F) {
      out.write((rest & 0x7F) | 0x80);
      rest >>>= 7;
    }
    out.write(rest);
  }
}
