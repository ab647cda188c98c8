package dev.cairn.cbor;

import java.io.ByteArrayOutputStream;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Reads encoded data items one after the other, each only as its own type, or skips them. */
public final class CborReader {
  private static final int BYTES = 2;
  private static final int TEXT = 3;
  private static final int ARRAY = 4;
  private static final int MAP = 5;
  private static final int TAG = 6;
  private static final int INDEFINITE = 31;
  private static final int BREAK = 0xFF;
  private static final int FALSE = 0xF4;
  private static final int TRUE = 0xF5;
  private static final int NULL = 0xF6;
  private static final int FLOAT = 0xFA;
  private static final int DOUBLE = 0xFB;
  private static final int POSITIVE_BIGNUM = 0xC2;
  private static final int NEGATIVE_BIGNUM = 0xC3;
  private static final int DECIMAL = 0xC4;
  private static final long EXACT_IN_FLOAT = 1L << 24;
  private static final long EXACT_IN_DOUBLE = 1L << 53;

  private static final long UNTIL_BREAK = -1;
  private static final long UNTIL_BREAK_OR_KEY = -2;
  private static final long VALUE_THEN_UNTIL_BREAK = -3;

  private final byte[] bytes;
  private int at;

  public CborReader(byte[] bytes) {
    this.bytes = bytes;
  }

  static IllegalArgumentException malformed(String what) {
    return new IllegalArgumentException("malformed CBOR: " + what);
  }

  int remaining() {
    return bytes.length - at;
  }

  int peekMajor() {
    return peek() >>> 5;
  }

  /** Reads the head of an item of this major type with a definite length. */
  long length(int major) {
    int head = next();
    if (head >>> 5 != major) {
      throw malformed("major type " + (head >>> 5) + " stands where " + major + " belongs");
    }
    return number(head & 31);
  }

  /** Skips one item and returns its bytes. */
  public byte[] item() {
    int from = at;
    skip();
    return Arrays.copyOfRange(bytes, from, at);
  }

  /** Skips one item with its content, without recursion, because the bytes may be malicious. */
  public void skip() {
    long[] open = {1};
    int depth = 0;
    while (depth >= 0) {
      long left = open[depth];
      if (left == 0) {
        depth--;
      } else if (left < 0 && peek() == BREAK) {
        if (left == VALUE_THEN_UNTIL_BREAK) {
          throw malformed("a map ends after a key");
        }
        at++;
        depth--;
      } else {
        open[depth] = afterOne(left);
        long within = head();
        if (within != 0) {
          depth++;
          if (depth == open.length) {
            open = Arrays.copyOf(open, 2 * depth);
          }
          open[depth] = within;
        }
      }
    }
  }

  /** Requires that no bytes follow. */
  public void requireEnd() {
    if (at != bytes.length) {
      throw malformed(remaining() + " bytes follow the end of the item");
    }
  }

  /** Skips a null; returns false if something else follows. */
  public boolean skipNull() {
    if (peek() != NULL) {
      return false;
    }
    at++;
    return true;
  }

  /** Skips exactly these bytes; returns false if others follow. */
  public boolean skipBytes(byte[] expected) {
    if (!Arrays.equals(
        bytes, at, Math.min(bytes.length, at + expected.length), expected, 0, expected.length)) {
      return false;
    }
    at += expected.length;
    return true;
  }

  public boolean readBoolean() {
    boolean value =
        switch (peek()) {
          case FALSE -> false;
          case TRUE -> true;
          default -> throw unexpected("a boolean");
        };
    at++;
    return value;
  }

  /** Reads a whole number that lies between two bounds. */
  public long readLong(long min, long max) {
    long value = readLong();
    if (value < min || value > max) {
      throw malformed(value + " lies outside " + min + " to " + max);
    }
    return value;
  }

  public long readLong() {
    int major = peekMajor();
    if (major > 1) {
      throw unexpected("a whole number");
    }
    long magnitude = number(next() & 31);
    if (magnitude < 0) {
      throw malformed("a number needs more than the 64 bits of a long");
    }
    return major == 0 ? magnitude : ~magnitude;
  }

  /** Reads a float, or a whole number that a float can hold exactly. */
  public float readFloat() {
    if (peekMajor() <= 1) {
      return readLong(-EXACT_IN_FLOAT, EXACT_IN_FLOAT);
    }
    if (peek() != FLOAT) {
      throw unexpected("a float");
    }
    at++;
    return Float.intBitsToFloat((int) fixed(4));
  }

  /** Reads a double, a float, or a whole number that a double can hold exactly. */
  public double readDouble() {
    if (peekMajor() <= 1) {
      return readLong(-EXACT_IN_DOUBLE, EXACT_IN_DOUBLE);
    }
    return switch (peek()) {
      case FLOAT -> readFloat();
      case DOUBLE -> {
        at++;
        yield Double.longBitsToDouble(fixed(8));
      }
      default -> throw unexpected("a double");
    };
  }

  /** Reads a whole number of any size. */
  public BigInteger readBigInteger() {
    if (peekMajor() <= 1) {
      boolean negative = peekMajor() == 1;
      long number = number(next() & 31);
      BigInteger magnitude = new BigInteger(1, ByteBuffer.allocate(8).putLong(number).array());
      return negative ? magnitude.not() : magnitude;
    }
    int tag = peek();
    if (tag != POSITIVE_BIGNUM && tag != NEGATIVE_BIGNUM) {
      throw unexpected("a whole number");
    }
    at++;
    BigInteger magnitude = new BigInteger(1, readBytes());
    // RFC 8949 specifies -1 - n, but Jackson has always written -n, and stored values must stay
    // readable.
    return tag == POSITIVE_BIGNUM ? magnitude : magnitude.negate();
  }

  /** Reads a decimal fraction with its scale. */
  public BigDecimal readDecimal() {
    if (peek() != DECIMAL) {
      throw unexpected("a decimal number");
    }
    at++;
    if (length(ARRAY) != 2) {
      throw malformed("a decimal number is an exponent and a mantissa");
    }
    long exponent = readLong(-Integer.MAX_VALUE, -(long) Integer.MIN_VALUE);
    return new BigDecimal(readBigInteger(), (int) -exponent);
  }

  public String readText() {
    if (peekMajor() != TEXT) {
      throw unexpected("text");
    }
    if ((peek() & 31) != INDEFINITE) {
      int length = requireRoom(number(next() & 31));
      String text = utf8(at, length);
      at += length;
      return text;
    }
    at++;
    StringBuilder text = new StringBuilder();
    while (peek() != BREAK) {
      int length = requireRoom(length(TEXT));
      text.append(utf8(at, length));
      at += length;
    }
    at++;
    return text.toString();
  }

  public byte[] readBytes() {
    if (peekMajor() != BYTES) {
      throw unexpected("bytes");
    }
    if ((peek() & 31) != INDEFINITE) {
      return take(requireRoom(number(next() & 31)));
    }
    at++;
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    while (peek() != BREAK) {
      all.writeBytes(take(requireRoom(length(BYTES))));
    }
    at++;
    return all.toByteArray();
  }

  /** Enters an array; {@link #hasMore} then returns whether an element follows. */
  public long enterArray() {
    return enter(ARRAY, "an array");
  }

  /** Enters a map; {@link #hasMore} then returns whether a key and its value follow. */
  public long enterMap() {
    return enter(MAP, "an object");
  }

  /**
   * Whether another element follows in the array or map.
   *
   * @param entered the result of entering it
   * @param read how many elements have been read since
   */
  public boolean hasMore(long entered, long read) {
    if (entered >= 0) {
      return read < entered;
    }
    if (peek() != BREAK) {
      return true;
    }
    at++;
    return false;
  }

  private long enter(int major, String what) {
    if (peekMajor() != major) {
      throw unexpected(what);
    }
    int info = next() & 31;
    return info == INDEFINITE ? UNTIL_BREAK : requireRoom(number(info));
  }

  private byte[] take(int length) {
    at += length;
    return Arrays.copyOfRange(bytes, at - length, at);
  }

  private String utf8(int from, int length) {
    String text = new String(bytes, from, length, StandardCharsets.UTF_8);
    if (text.indexOf('\uFFFD') >= 0) {
      try {
        StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes, from, length));
      } catch (CharacterCodingException e) {
        throw new IllegalArgumentException("malformed CBOR: text is not UTF-8", e);
      }
    }
    return text;
  }

  private long fixed(int count) {
    long value = 0;
    for (int i = 0; i < count; i++) {
      value = value << 8 | next();
    }
    return value;
  }

  private IllegalArgumentException unexpected(String wanted) {
    int head = at < bytes.length ? bytes[at] & 0xFF : BREAK;
    return new IllegalArgumentException(kind(head) + " is stored where " + wanted + " is expected");
  }

  private static String kind(int head) {
    return switch (head >>> 5) {
      case 0, 1 -> "a whole number";
      case BYTES -> "a sequence of bytes";
      case TEXT -> "text";
      case ARRAY -> "an array";
      case MAP -> "an object";
      case TAG -> head == DECIMAL ? "a decimal number" : "a large or tagged number";
      default ->
          switch (head) {
            case FALSE, TRUE -> "a boolean";
            case NULL -> "null";
            case FLOAT, DOUBLE -> "a floating-point number";
            default -> "nothing that is known";
          };
    };
  }

  private static long afterOne(long left) {
    if (left > 0) {
      return left - 1;
    }
    if (left == UNTIL_BREAK) {
      return UNTIL_BREAK;
    }
    return left == UNTIL_BREAK_OR_KEY ? VALUE_THEN_UNTIL_BREAK : UNTIL_BREAK_OR_KEY;
  }

  /** Skips an item's head, and its bytes if it is a string; returns the number of items in it. */
  private long head() {
    int head = next();
    int major = head >>> 5;
    int info = head & 31;
    if (info == INDEFINITE) {
      return switch (major) {
        case BYTES, TEXT, ARRAY -> UNTIL_BREAK;
        case MAP -> UNTIL_BREAK_OR_KEY;
        default -> throw malformed("major type " + major + " has no indefinite length");
      };
    }
    long number = number(info);
    return switch (major) {
      case BYTES, TEXT -> {
        skipBytes(number);
        yield 0;
      }
      case ARRAY -> requireRoom(number);
      case MAP -> 2L * requireRoom(number);
      case TAG -> 1;
      default -> 0; // numbers and simple values
    };
  }

  /** Each item takes at least one byte, so a larger number is refused immediately. */
  private int requireRoom(long count) {
    if (count < 0 || count > remaining()) {
      throw tooShort();
    }
    return (int) count;
  }

  private void skipBytes(long count) {
    at += requireRoom(count);
  }

  private long number(int info) {
    if (info < 24) {
      return info;
    }
    if (info > 27) {
      throw malformed("additional information " + info + " is reserved or indefinite here");
    }
    long number = 0;
    for (int i = 1 << (info - 24); i > 0; i--) {
      number = number << 8 | next();
    }
    return number;
  }

  private int peek() {
    if (at == bytes.length) {
      throw tooShort();
    }
    return bytes[at] & 0xFF;
  }

  private int next() {
    int value = peek();
    at++;
    return value;
  }

  private static IllegalArgumentException tooShort() {
    return malformed("it ends too early");
  }
}
