package dev.cairn.state;

import java.util.zip.DataFormatException;
import java.util.zip.Deflater;
import java.util.zip.Inflater;

/**
 * A unit that is compressed and has one checksum:
 *
 * <pre>
 * codec (1) | content | CRC32C of codec and content (4)
 *
 * codec 0: the content as it is
 * codec 1: length of the content (varint) | the content, raw deflate
 * </pre>
 */
final class Frame {
  static final int MIN_BYTES = 1 + Integer.BYTES;

  private static final byte PLAIN = 0;
  private static final byte DEFLATE = 1;

  // Larger content is stored uncompressed, so that a few malicious bytes cannot make a reader
  // allocate more than this.
  private static final int MAX_INFLATED_BYTES = 4 << 20;
  private static final BlockChecksum CHECKSUM = new BlockChecksum();

  private Frame() {}

  static byte[] write(byte[] content) {
    byte[] deflated = deflate(content);
    ByteOutput out = new ByteOutput();
    if (deflated.length < content.length) {
      out.putByte(DEFLATE).putBytes(deflated);
    } else {
      out.putByte(PLAIN).putBytes(content);
    }
    byte[] covered = out.toBytes();
    return out.putInt(CHECKSUM.of(covered, 0, covered.length)).toBytes();
  }

  /**
   * Compresses the content, with its length first. If that saves nothing, returns as many bytes as
   * the content has.
   */
  private static byte[] deflate(byte[] content) {
    if (content.length > MAX_INFLATED_BYTES) {
      return content;
    }
    Deflater deflater = new Deflater(Deflater.BEST_SPEED, true);
    try {
      deflater.setInput(content);
      deflater.finish();
      byte[] room = new byte[content.length];
      int length = deflater.deflate(room);
      return deflater.finished()
          ? new ByteOutput().putLength(content.length).putBytes(room, 0, length).toBytes()
          : content;
    } finally {
      deflater.end();
    }
  }

  /**
   * Reads the frame that fills {@code len} bytes from {@code off} on.
   *
   * @throws dev.cairn.storage.DamagedFileException if it is not as it was written
   */
  static byte[] read(StoredBytes stored, String part, int off, int len) {
    if (len < MIN_BYTES) {
      throw stored.damaged(part, "at least " + MIN_BYTES + " bytes", Integer.toString(len));
    }
    int covered = len - Integer.BYTES;
    stored.verify(part, stored.intAt(off + covered), off, covered);
    byte[] content = new byte[covered - 1];
    System.arraycopy(stored.bytes(), off + 1, content, 0, content.length);
    byte codec = stored.bytes()[off];
    return switch (codec) {
      case PLAIN -> content;
      case DEFLATE -> inflate(stored, part, content);
      default -> throw stored.damaged(part, "codec 0 or 1", Integer.toString(codec));
    };
  }

  private static byte[] inflate(StoredBytes stored, String part, byte[] deflated) {
    ByteInput in = new ByteInput(stored, part, deflated);
    int length = in.takeNumber();
    if (length > MAX_INFLATED_BYTES) {
      throw stored.damaged(
          part, "at most " + MAX_INFLATED_BYTES + " bytes of content", Integer.toString(length));
    }
    byte[] content = new byte[length];
    Inflater inflater = new Inflater(true);
    try {
      inflater.setInput(deflated, deflated.length - in.remaining(), in.remaining());
      int filled = 0;
      int step;
      do {
        step = inflater.inflate(content, filled, length - filled);
        filled += step;
      } while (step > 0 && filled < length);
      // The end mark is read only if there is room for one more byte.
      int excess = inflater.inflate(new byte[1]);
      if (filled < length || excess > 0 || !inflater.finished() || inflater.getRemaining() > 0) {
        throw stored.damaged(
            part,
            length + " bytes of content and nothing else",
            "compressed bytes that end elsewhere");
      }
      return content;
    } catch (DataFormatException e) {
      throw stored.damaged(
          part, "compressed content", "bytes that do not inflate (" + e.getMessage() + ")", e);
    } finally {
      inflater.end();
    }
  }
}
