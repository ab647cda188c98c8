package dev.cairn.state;

import java.util.Arrays;

/**
 * Reads values from bytes. Every length is checked against the remaining bytes before anything is
 * allocated for it.
 */
final class ByteInput {
  private final StoredBytes stored;
  private final String part;
  private final byte[] bytes;
  private int at;

  /** Reads {@code bytes}, which are part {@code part} of {@code stored}; errors name both. */
  ByteInput(StoredBytes stored, String part, byte[] bytes) {
    this.stored = stored;
    this.part = part;
    this.bytes = bytes;
  }

  boolean isAtEnd() {
    return at == bytes.length;
  }

  int remaining() {
    return bytes.length - at;
  }

  /** Reads the length of a following value, which is at most the number of remaining bytes. */
  int takeLength() {
    int start = at;
    int length = takeNumber();
    if (length > remaining()) {
      throw damaged(start, "a length of at most " + remaining(), Integer.toString(length));
    }
    return length;
  }

  /** Reads a number from 0 to 2³¹ − 1. */
  int takeNumber() {
    int start = at;
    long number = 0;
    for (int shift = 0; shift < 35; shift += 7) {
      if (isAtEnd()) {
        throw damaged(start, "a number", "the end");
      }
      byte next = bytes[at++];
      number |= (next & 0x7FL) << shift;
      if (next >= 0) {
        if (number > Integer.MAX_VALUE) {
          break;
        }
        return (int) number;
      }
    }
    throw damaged(start, "a number below 2^31", "a larger one");
  }

  byte[] takeBytes(int length) {
    if (length > remaining()) {
      throw damaged(at, length + " bytes", remaining() + " bytes");
    }
    byte[] taken = Arrays.copyOfRange(bytes, at, at + length);
    at += length;
    return taken;
  }

  int takeInt() {
    return (int) takeBigEndian(Integer.BYTES);
  }

  long takeLong() {
    return takeBigEndian(Long.BYTES);
  }

  private long takeBigEndian(int width) {
    byte[] taken = takeBytes(width);
    long value = 0;
    for (byte b : taken) {
      value = (value << 8) | (b & 0xFF);
    }
    return value;
  }

  private RuntimeException damaged(int position, String expected, String found) {
    return stored.damaged(part, "at content byte " + position + " " + expected, found);
  }
}
