package dev.cairn.cbor;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Scalars and arrays in CBOR (RFC 8949). Numbers and lengths have their shortest form, so that a
 * value has exactly one encoding.
 */
public final class Cbor {
  private static final int UNSIGNED = 0;
  private static final int NEGATIVE = 1;
  private static final int BYTES = 2;
  private static final int TEXT = 3;
  private static final int ARRAY = 4;

  private static final byte FALSE = (byte) 0xF4;
  private static final byte TRUE = (byte) 0xF5;
  private static final byte DOUBLE = (byte) 0xFB;

  private Cbor() {}

  public static byte[] ofLong(long value) {
    return value >= 0 ? head(UNSIGNED, value, 0) : head(NEGATIVE, ~value, 0);
  }

  /**
   * Reads {@link #ofLong}.
   *
   * @throws IllegalArgumentException if the bytes are anything else
   */
  public static long toLong(byte[] bytes) {
    CborReader in = new CborReader(bytes);
    int major = in.peekMajor();
    long magnitude = in.length(major == NEGATIVE ? NEGATIVE : UNSIGNED);
    in.requireEnd();
    if (magnitude < 0) {
      throw CborReader.malformed("a number needs more than the 64 bits of a long");
    }
    return major == NEGATIVE ? ~magnitude : magnitude;
  }

  /** Encodes a double; all NaN values have one encoding. */
  public static byte[] ofDouble(double value) {
    return ByteBuffer.allocate(9).put(DOUBLE).putLong(Double.doubleToLongBits(value)).array();
  }

  /**
   * Reads {@link #ofDouble}.
   *
   * @throws IllegalArgumentException if the bytes are anything else
   */
  public static double toDouble(byte[] bytes) {
    if (bytes.length != 9 || bytes[0] != DOUBLE) {
      throw CborReader.malformed("a double is 9 bytes that start with fb");
    }
    return ByteBuffer.wrap(bytes).getDouble(1);
  }

  public static byte[] ofBoolean(boolean value) {
    return new byte[] {value ? TRUE : FALSE};
  }

  /**
   * Reads {@link #ofBoolean}.
   *
   * @throws IllegalArgumentException if the bytes are anything else
   */
  public static boolean toBoolean(byte[] bytes) {
    if (bytes.length != 1 || (bytes[0] != TRUE && bytes[0] != FALSE)) {
      throw CborReader.malformed("a boolean is the one byte f4 or f5");
    }
    return bytes[0] == TRUE;
  }

  /**
   * Encodes text.
   *
   * @throws IllegalArgumentException if it has an unpaired surrogate, which UTF-8 cannot encode:
   *     two different texts would have equal bytes
   */
  public static byte[] ofText(String text) {
    // getBytes is much faster, but replaces characters that it cannot encode.
    return withHead(
        TEXT, hasSurrogate(text) ? strictly(text) : text.getBytes(StandardCharsets.UTF_8));
  }

  /**
   * Reads {@link #ofText}.
   *
   * @throws IllegalArgumentException if the bytes are anything else
   */
  public static String toText(byte[] bytes) {
    int from = payload(bytes, TEXT);
    String text = new String(bytes, from, bytes.length - from, StandardCharsets.UTF_8);
    if (text.indexOf('\uFFFD') >= 0) {
      requireUtf8(bytes, from);
    }
    return text;
  }

  public static byte[] ofBytes(byte[] value) {
    return withHead(BYTES, value);
  }

  /**
   * Reads {@link #ofBytes} into a new array.
   *
   * @throws IllegalArgumentException if the bytes are anything else
   */
  public static byte[] toBytes(byte[] bytes) {
    return Arrays.copyOfRange(bytes, payload(bytes, BYTES), bytes.length);
  }

  /** Encodes an array of already encoded items. */
  public static byte[] ofItems(List<byte[]> items) {
    int bodyBytes = 0;
    for (byte[] item : items) {
      bodyBytes = Math.addExact(bodyBytes, item.length);
    }
    byte[] array = head(ARRAY, items.size(), bodyBytes);
    int at = array.length - bodyBytes;
    for (byte[] item : items) {
      System.arraycopy(item, 0, array, at, item.length);
      at += item.length;
    }
    return array;
  }

  /**
   * Reads {@link #ofItems}: the items, each still encoded.
   *
   * @throws IllegalArgumentException if the bytes are anything else
   */
  public static List<byte[]> toItems(byte[] array) {
    CborReader in = new CborReader(array);
    long count = in.length(ARRAY);
    if (count < 0 || count > array.length) {
      throw CborReader.malformed(array.length + " bytes cannot hold " + count + " elements");
    }
    List<byte[]> items = new ArrayList<>((int) count);
    for (int i = 0; i < count; i++) {
      items.add(in.item());
    }
    in.requireEnd();
    return items;
  }

  /**
   * Requires exactly one data item, which a serializer written by a user may not know.
   *
   * @throws IllegalArgumentException if the bytes are anything else
   */
  public static byte[] requireItem(byte[] bytes) {
    if (isShortScalar(bytes)) {
      return bytes;
    }
    CborReader in = new CborReader(bytes);
    in.skip();
    in.requireEnd();
    return bytes;
  }

  /** A fast check for the most frequent user keys and numbers. */
  private static boolean isShortScalar(byte[] bytes) {
    if (bytes.length == 0) {
      return false;
    }
    int info = bytes[0] & 31;
    return switch ((bytes[0] & 0xFF) >>> 5) {
      case UNSIGNED, NEGATIVE -> info < 24 && bytes.length == 1;
      case BYTES, TEXT -> info < 24 && bytes.length == 1 + info;
      default -> false;
    };
  }

  /**
   * Requires that text can be encoded.
   *
   * @throws IllegalArgumentException if it has an unpaired surrogate
   */
  public static void requireText(String text) {
    if (hasSurrogate(text)) {
      strictly(text);
    }
  }

  private static boolean hasSurrogate(String text) {
    for (int i = 0; i < text.length(); i++) {
      if (Character.isSurrogate(text.charAt(i))) {
        return true;
      }
    }
    return false;
  }

  private static byte[] strictly(String text) {
    try {
      ByteBuffer utf8 = StandardCharsets.UTF_8.newEncoder().encode(CharBuffer.wrap(text));
      byte[] bytes = new byte[utf8.remaining()];
      utf8.get(bytes);
      return bytes;
    } catch (CharacterCodingException e) {
      throw new IllegalArgumentException(
          "text of "
              + text.length()
              + " characters holds half of a surrogate pair, which UTF-8 cannot store; it was cut in"
              + " the middle of a character, or was never text",
          e);
    }
  }

  private static void requireUtf8(byte[] bytes, int from) {
    try {
      StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes, from, bytes.length - from));
    } catch (CharacterCodingException e) {
      throw new IllegalArgumentException("malformed CBOR: text is not UTF-8", e);
    }
  }

  private static int payload(byte[] bytes, int major) {
    CborReader in = new CborReader(bytes);
    long length = in.length(major);
    if (length != in.remaining()) {
      throw CborReader.malformed(
          "a length of " + length + " is followed by " + in.remaining() + " bytes");
    }
    return bytes.length - (int) length;
  }

  private static byte[] withHead(int major, byte[] payload) {
    byte[] item = head(major, payload.length, payload.length);
    System.arraycopy(payload, 0, item, item.length - payload.length, payload.length);
    return item;
  }

  private static byte[] head(int major, long number, int room) {
    int type = major << 5;
    if (number < 24) {
      byte[] item = new byte[Math.addExact(1, room)];
      item[0] = (byte) (type | (int) number);
      return item;
    }
    int width = number < 1 << 8 ? 0 : number < 1 << 16 ? 1 : number < 1L << 32 ? 2 : 3;
    byte[] item = new byte[Math.addExact(1 + (1 << width), room)];
    item[0] = (byte) (type | (24 + width));
    for (int i = 1 << width; i > 0; i--) {
      item[i] = (byte) number;
      number >>>= 8;
    }
    return item;
  }
}
