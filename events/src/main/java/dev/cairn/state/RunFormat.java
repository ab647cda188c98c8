package dev.cairn.state;

/**
 * The format of a run:
 *
 * <pre>
 * header   magic "CRUN" (4) | format version (1)
 * blocks   frames, one after the other, of some 16 KiB of changes each
 * index    a frame: for each block, length of its first key (varint) | first key | length of its frame (varint)
 * filter   a frame: bits (varint) | hash functions (varint) | the bits in words (8 each)
 * footer   offset of the index (4) | offset of the filter (4) | blocks (4) | changes (8)
 *          | CRC32C of the footer up to here (4) | magic "NURC" (4)
 * </pre>
 *
 * The footer has a fixed size, so a reader of ranges finds everything from the file's end.
 */
final class RunFormat {
  static final int VERSION = 1;
  static final int HEADER_MAGIC = 0x4352554E;
  static final int FOOTER_MAGIC = 0x4E555243;
  static final int HEADER_BYTES = Integer.BYTES + 1;
  static final int FOOTER_CHECKED_BYTES = 3 * Integer.BYTES + Long.BYTES;
  static final int FOOTER_BYTES = FOOTER_CHECKED_BYTES + 2 * Integer.BYTES;
  static final int BLOCK_BYTES = 16 * 1024;
  static final byte[] NO_KEY = {};

  private RunFormat() {}

  static byte[] header() {
    return new ByteOutput().putInt(HEADER_MAGIC).putByte(VERSION).toBytes();
  }
}
