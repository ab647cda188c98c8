package dev.cairn.state;

import java.util.Arrays;

/**
 * Bytes being read. Every length is held against what is left before anything is allocated for it.
 */
final class ByteInput {
  private final StoredBytes stored;
  private final String part;
  private final byte[] bytes;
  private int at;

  /** Reads {@code bytes}, which came out of the part of {@code stored} that errors shall name. */
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

  /** A length of something that follows: at most what remains. */
  int takeLength() {
    int start = at;
    int length = takeNumber();
    if (length > remaining()) {
      throw damaged(start, "a length of at most " + remaining(), Integer.toString(length));
    }
    return length;
  }

  /** A number from 0 to 2³¹ − 1. */
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
