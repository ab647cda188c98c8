package dev.cairn.cbor;

import java.util.Arrays;

/** Walks over encoded data items without decoding them. */
final class CborReader {
  private static final int MAP = 5;
  private static final int TAG = 6;
  private static final int SIMPLE = 7;
  private static final int INDEFINITE = 31;
  private static final int BREAK = 0xFF;
  private static final int DEEPEST = 1100;

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

  void skip() {
    skip(0);
  }

  void requireEnd() {
    if (at != bytes.length) {
      throw malformed(remaining() + " bytes follow the end of the item");
    }
  }

  private void skip(int depth) {
    if (depth > DEEPEST) {
      throw malformed("items are nested deeper than " + DEEPEST);
    }
    int head = next();
    int major = head >>> 5;
    int info = head & 31;
    if (info == INDEFINITE) {
      skipIndefinite(major, depth);
      return;
    }
    long number = number(info);
    switch (major) {
      case 0, 1, SIMPLE -> {}
      case 2, 3 -> skipBytes(number);
      case 4 -> skipItems(number, depth);
      case MAP -> {
        if (number > remaining()) {
          throw tooShort();
        }
        skipItems(2 * number, depth);
      }
      case TAG -> skip(depth + 1);
      default -> throw new AssertionError("a major type has three bits");
    }
  }

  private void skipIndefinite(int major, int depth) {
    if (major < 2 || major > MAP) {
      throw malformed("major type " + major + " has no indefinite length");
    }
    while (peek() != BREAK) {
      skip(depth + 1);
      if (major == MAP) {
        skip(depth + 1);
      }
    }
    at++;
  }

  private void skipItems(long count, int depth) {
    if (count < 0 || count > remaining()) {
      throw tooShort();
    }
    for (long i = 0; i < count; i++) {
      skip(depth + 1);
    }
  }

  private void skipBytes(long count) {
    if (count < 0 || count > remaining()) {
      throw tooShort();
    }
    at += (int) count;
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
