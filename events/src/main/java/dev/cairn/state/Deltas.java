package dev.cairn.state;

import java.util.ArrayList;
import java.util.List;

/**
 * Encodes a delta, the state changes of one journal entry: version (1) and one frame, six bytes
 * beyond the changes themselves.
 */
public final class Deltas {
  private static final byte VERSION = 1;
  private static final byte[] NO_KEY = {};

  private Deltas() {}

  /**
   * Encodes changes whose keys strictly ascend.
   *
   * @throws IllegalArgumentException if they do not
   */
  public static byte[] encode(List<Change> sorted) {
    ByteOutput content = new ByteOutput();
    byte[] previous = NO_KEY;
    for (Change change : sorted) {
      Block.write(previous, change, content);
      previous = change.key().bytes();
    }
    return new ByteOutput().putByte(VERSION).putBytes(Frame.write(content.toBytes())).toBytes();
  }

  /**
   * Decodes a delta.
   *
   * @param name the name for errors: the file's path, or the entry that holds the delta
   * @throws dev.cairn.storage.DamagedFileException if the bytes are not as they were written, or of
   *     a newer format
   */
  public static List<Change> decode(byte[] bytes, String name, BlockChecksum checksum) {
    StoredBytes stored = new StoredBytes(bytes, name, checksum);
    if (bytes.length < 1 + Frame.MIN_BYTES) {
      throw stored.damaged(
          "delta", "at least " + (1 + Frame.MIN_BYTES) + " bytes", Integer.toString(bytes.length));
    }
    int version = Byte.toUnsignedInt(bytes[0]);
    if (version > VERSION) {
      throw stored.tooNew(version, VERSION);
    }
    if (version < VERSION) {
      throw stored.damaged("delta", "format version " + VERSION, Integer.toString(version));
    }
    byte[] content = Frame.read(stored, "delta", 1, bytes.length - 1);
    List<Change> changes = new ArrayList<>();
    new Block.Reader(stored, "delta", content, NO_KEY).forEachRemaining(changes::add);
    return List.copyOf(changes);
  }
}
