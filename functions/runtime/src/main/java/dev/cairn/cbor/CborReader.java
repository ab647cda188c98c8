package dev.cairn.cbor;

import java.util.Arrays;

/** Walks over encoded data items without decoding them. */
final class CborReader {
  private static final int BYTES = 2;
  private static final int TEXT = 3;
  private static final int ARRAY = 4;
  private static final int MAP = 5;
  private static final int TAG = 6;
  private static final int INDEFINITE = 31;
  private static final int BREAK = 0xFF;

  private static final long UNTIL_BREAK = -1;
  private static final long UNTIL_BREAK_OR_KEY = -2;
  private static final long VALUE_THEN_UNTIL_BREAK = -3;

  private final byte[] bytes;
  private int at;

  CborReader(byte[] bytes) {
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

  byte[] item() {
    int from = at;
    skip();
    return Arrays.copyOfRange(bytes, from, at);
  }

  /**
   * Passes one item with all that is in it; without recursion, since the bytes may be anybody's.
   */
  void skip() {
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

  void requireEnd() {
    if (at != bytes.length) {
      throw malformed(remaining() + " bytes follow the end of the item");
    }
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

  /**
   * Passes an item's head, and its bytes if it is a string; returns how many items are within it.
   */
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
      case MAP -> 2 * requireRoom(number);
      case TAG -> 1;
      default -> 0; // numbers and simple values
    };
  }

  /** Each item takes at least a byte, so that a number that claims more is refused at once. */
  private long requireRoom(long count) {
    if (count < 0 || count > remaining()) {
      throw tooShort();
    }
    return count;
  }

  private void skipBytes(long count) {
    at += (int) requireRoom(count);
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
