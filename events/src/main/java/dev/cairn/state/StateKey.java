package dev.cairn.state;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Names one cell of keyed state: a partition key, one of the function's states, and a place inside
 * that state.
 *
 * <p>The bytes sort as unsigned bytes, by the key's hash first, so that a part of the hash space is
 * a range of any sorted file:
 *
 * <pre>
 * hash (16) | section (1) | length (2) + partition key | length (2) + state name | place
 * </pre>
 *
 * The section is 0 for users' state; others are reserved. The place is empty for a single value and
 * a list, and the serialized user key for a map.
 */
public final class StateKey implements Comparable<StateKey> {
  private static final byte USER_SECTION = 0;

  private final byte[] bytes;

  private StateKey(byte[] bytes) {
    this.bytes = bytes;
  }

  public static StateKey of(KeyHash hash, String partitionKey, String state, byte[] place) {
    byte[] key = partitionKey.getBytes(StandardCharsets.UTF_8);
    byte[] name = state.getBytes(StandardCharsets.UTF_8);
    if (key.length > 0xFFFF || name.length > 0xFFFF) {
      throw new IllegalArgumentException(
          "a partition key or a state's name is longer than 65,535 bytes");
    }
    ByteBuffer out =
        ByteBuffer.allocate(KeyHash.BYTES + 1 + 2 + key.length + 2 + name.length + place.length);
    out.putLong(hash.high()).putLong(hash.low()).put(USER_SECTION);
    out.putShort((short) key.length).put(key).putShort((short) name.length).put(name).put(place);
    return new StateKey(out.array());
  }

  /** Returns the prefix of the keys of all user cells of one partition key; no other key has it. */
  static byte[] prefix(KeyHash hash, String partitionKey) {
    byte[] withoutName = of(hash, partitionKey, "", new byte[0]).bytes;
    return Arrays.copyOf(withoutName, withoutName.length - Short.BYTES);
  }

  /** Creates a key from the bytes of a file. The array is not copied and must not be changed. */
  public static StateKey ofBytes(byte[] bytes) {
    return new StateKey(bytes);
  }

  /** Returns the bytes themselves, not a copy. */
  public byte[] bytes() {
    return bytes;
  }

  public KeyHash hash() {
    ByteBuffer in = ByteBuffer.wrap(bytes);
    return new KeyHash(in.getLong(), in.getLong());
  }

  /**
   * Splits the key into its parts.
   *
   * @throws IllegalArgumentException if the bytes do not have the form above
   */
  public Parts parts() {
    try {
      ByteBuffer in = ByteBuffer.wrap(bytes);
      KeyHash hash = new KeyHash(in.getLong(), in.getLong());
      byte section = in.get();
      if (section != USER_SECTION) {
        throw new IllegalArgumentException(
            "state section " + section + " is unknown: it was written by a newer version of Cairn");
      }
      String key = text(in);
      String state = text(in);
      byte[] place = new byte[in.remaining()];
      in.get(place);
      return new Parts(hash, key, state, place);
    } catch (java.nio.BufferUnderflowException e) {
      throw new IllegalArgumentException("a state key ends too early", e);
    }
  }

  private static String text(ByteBuffer in) {
    byte[] text = new byte[Short.toUnsignedInt(in.getShort())];
    in.get(text);
    return new String(text, StandardCharsets.UTF_8);
  }

  /** A key's parts; {@code place} is not a copy. */
  public record Parts(KeyHash hash, String partitionKey, String state, byte[] place) {}

  @Override
  public int compareTo(StateKey other) {
    return Arrays.compareUnsigned(bytes, other.bytes);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof StateKey key && Arrays.equals(bytes, key.bytes);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(bytes);
  }

  @Override
  public String toString() {
    Parts parts = parts();
    return parts.partitionKey + "/" + parts.state + (parts.place.length == 0 ? "" : "/…");
  }
}
