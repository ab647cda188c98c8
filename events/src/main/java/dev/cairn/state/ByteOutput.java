package dev.cairn.state;

import java.io.ByteArrayOutputStream;

/**
 * Collects bytes. Numbers are big-endian, lengths are varints (seven bits per byte, the lowest
 * first).
 */
final class ByteOutput {
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();

  int size() {
    return out.size();
  }

  ByteOutput putByte(int value) {
    out.write(value);
    return this;
  }

  ByteOutput putInt(int value) {
    for (int shift = 24; shift >= 0; shift -= 8) {
      out.write(value >>> shift);
    }
    return this;
  }

  ByteOutput putLong(long value) {
    return putInt((int) (value >>> 32)).putInt((int) value);
  }

  ByteOutput putLength(int value) {
    int rest = value;
    while (rest > 0x7F) {
      out.write((rest & 0x7F) | 0x80);
      rest >>>= 7;
    }
    out.write(rest);
    return this;
  }

  ByteOutput putBytes(byte[] bytes) {
    return putBytes(bytes, 0, bytes.length);
  }

  ByteOutput putBytes(byte[] bytes, int off, int len) {
    if (out.size() > Integer.MAX_VALUE - 64 - len) {
      throw new IllegalArgumentException(
          "a run or a delta holds at most 2 GiB: let the function keep less state a shard, or split the shards");
    }
    out.write(bytes, off, len);
    return this;
  }

  byte[] toBytes() {
    return out.toByteArray();
  }
}
