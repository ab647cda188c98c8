package dev.cairn.state;

import java.util.ArrayList;
import java.util.List;

/**
 * Writes runs: immutable files of changes, sorted by key. Equal changes give equal bytes on one
 * platform.
 */
public final class RunWriter {
  private final ByteOutput file = new ByteOutput().putBytes(RunFormat.header());
  private final ByteOutput index = new ByteOutput();
  private final List<KeyHash> hashes = new ArrayList<>();
  private ByteOutput block = new ByteOutput();
  private byte[] firstKey = RunFormat.NO_KEY;
  private byte[] lastKey = RunFormat.NO_KEY;
  private int blocks;
  private long changes;

  private RunWriter() {}

  /**
   * Writes a run.
   *
   * @param sorted changes whose keys strictly ascend
   * @return the file's bytes
   * @throws IllegalArgumentException if the keys do not ascend, or the run grows beyond 2 GiB
   */
  public static byte[] write(Iterable<Change> sorted) {
    RunWriter writer = new RunWriter();
    for (Change change : sorted) {
      writer.add(change);
    }
    return writer.finish();
  }

  private void add(Change change) {
    Block.write(lastKey, change, block);
    byte[] key = change.key().bytes();
    if (firstKey.length == 0) {
      firstKey = key;
    }
    lastKey = key;
    changes++;
    KeyHash hash = change.key().hash();
    if (hashes.isEmpty() || !hashes.getLast().equals(hash)) {
      hashes.add(hash);
    }
    if (block.size() >= RunFormat.BLOCK_BYTES) {
      endBlock();
    }
  }

  private void endBlock() {
    byte[] frame = Frame.write(block.toBytes());
    file.putBytes(frame);
    index.putLength(firstKey.length).putBytes(firstKey).putLength(frame.length);
    blocks++;
    block = new ByteOutput();
    firstKey = RunFormat.NO_KEY;
  }

  private byte[] finish() {
    if (block.size() > 0) {
      endBlock();
    }
    int indexOffset = file.size();
    file.putBytes(Frame.write(index.toBytes()));
    int filterOffset = file.size();
    ByteOutput filter = new ByteOutput();
    KeyFilter.of(hashes).write(filter);
    file.putBytes(Frame.write(filter.toBytes()));
    return file.putBytes(footer(indexOffset, filterOffset)).toBytes();
  }

  private byte[] footer(int indexOffset, int filterOffset) {
    ByteOutput footer =
        new ByteOutput().putInt(indexOffset).putInt(filterOffset).putInt(blocks).putLong(changes);
    int checksum = new BlockChecksum().of(footer.toBytes(), 0, RunFormat.FOOTER_CHECKED_BYTES);
    return footer.putInt(checksum).putInt(RunFormat.FOOTER_MAGIC).toBytes();
  }
}
