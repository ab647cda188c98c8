package dev.cairn.state;

import dev.cairn.storage.DamagedFileException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Reads a run. Footer, index and filter are checked when it is opened, each block whenever it is
 * read; damage causes a {@link DamagedFileException} with the file, the place in it, the expected
 * and the found value.
 */
public final class RunReader implements Iterable<Change> {
  private final StoredBytes stored;
  private final List<BlockHandle> index;
  private final KeyFilter filter;
  private final long count;
  private final HashRange range;

  private RunReader(
      StoredBytes stored, List<BlockHandle> index, KeyFilter filter, long count, HashRange range) {
    this.stored = stored;
    this.index = index;
    this.filter = filter;
    this.count = count;
    this.range = range;
  }

  /**
   * Opens a run.
   *
   * @param file the whole file; not copied, and must not change
   * @param name the name for errors, such as its path
   * @throws DamagedFileException if it is not a run, not as it was written, or of a newer format
   */
  public static RunReader open(byte[] file, String name, BlockChecksum checksum) {
    StoredBytes stored = new StoredBytes(file, name, checksum);
    requireRun(stored);
    int footer = file.length - RunFormat.FOOTER_BYTES;
    stored.verify(
        "footer",
        stored.intAt(footer + RunFormat.FOOTER_CHECKED_BYTES),
        footer,
        RunFormat.FOOTER_CHECKED_BYTES);
    ByteInput in =
        new ByteInput(
            stored,
            "footer",
            Arrays.copyOfRange(file, footer, footer + RunFormat.FOOTER_CHECKED_BYTES));
    int indexOffset = in.takeInt();
    int filterOffset = in.takeInt();
    int blocks = in.takeInt();
    long count = in.takeLong();
    if (indexOffset < RunFormat.HEADER_BYTES
        || filterOffset < indexOffset
        || footer < filterOffset) {
      throw stored.damaged(
          "footer",
          "index and filter between byte " + RunFormat.HEADER_BYTES + " and " + footer,
          indexOffset + " and " + filterOffset);
    }
    List<BlockHandle> index = readIndex(stored, indexOffset, filterOffset - indexOffset, blocks);
    String part = "filter at byte " + filterOffset;
    byte[] filter = Frame.read(stored, part, filterOffset, footer - filterOffset);
    return new RunReader(
        stored,
        index,
        KeyFilter.read(new ByteInput(stored, part, filter), stored, part),
        count,
        HashRange.ALL);
  }

  /** Whether a later version of Cairn wrote the run, so that this version cannot read it. */
  public static boolean isOfNewerFormat(byte[] file) {
    return file.length > Integer.BYTES
        && ByteBuffer.wrap(file).getInt() == RunFormat.HEADER_MAGIC
        && Byte.toUnsignedInt(file[Integer.BYTES]) > RunFormat.VERSION;
  }

  private static void requireRun(StoredBytes stored) {
    int shortest = RunFormat.HEADER_BYTES + RunFormat.FOOTER_BYTES;
    if (stored.length() < shortest) {
      throw stored.damaged(
          "file", "at least " + shortest + " bytes", Integer.toString(stored.length()));
    }
    if (stored.intAt(0) != RunFormat.HEADER_MAGIC) {
      throw stored.damaged(
          "header", "the mark of a run", String.format(Locale.ROOT, "%08x", stored.intAt(0)));
    }
    int version = Byte.toUnsignedInt(stored.bytes()[Integer.BYTES]);
    if (version > RunFormat.VERSION) {
      throw stored.tooNew(version, RunFormat.VERSION);
    }
    if (version < RunFormat.VERSION) {
      throw stored.damaged(
          "header", "format version " + RunFormat.VERSION, Integer.toString(version));
    }
    int mark = stored.intAt(stored.length() - Integer.BYTES);
    if (mark != RunFormat.FOOTER_MAGIC) {
      throw stored.damaged(
          "footer", "the mark of a run's end", String.format(Locale.ROOT, "%08x", mark));
    }
  }

  private static List<BlockHandle> readIndex(
      StoredBytes stored, int indexOffset, int length, int blocks) {
    String part = "index at byte " + indexOffset;
    ByteInput in = new ByteInput(stored, part, Frame.read(stored, part, indexOffset, length));
    List<BlockHandle> index = new ArrayList<>();
    byte[] previous = RunFormat.NO_KEY;
    int offset = RunFormat.HEADER_BYTES;
    while (!in.isAtEnd()) {
      byte[] firstKey = in.takeBytes(in.takeLength());
      if (Arrays.compareUnsigned(previous, firstKey) >= 0) {
        throw stored.damaged(part, "ascending keys", "one that is not above the one before it");
      }
      int frame = in.takeNumber();
      if (frame > indexOffset - offset) {
        throw stored.damaged(
            part, "blocks that end at byte " + indexOffset, "block " + index.size() + " beyond it");
      }
      index.add(new BlockHandle(index.size(), firstKey, offset, frame));
      previous = firstKey;
      offset += frame;
    }
    if (index.size() != blocks || offset != indexOffset) {
      throw stored.damaged(
          part,
          blocks + " blocks that end at byte " + indexOffset,
          index.size() + " that end at byte " + offset);
    }
    return List.copyOf(index);
  }

  /** The place of a block, and its first key. */
  private static final class BlockHandle {
    private final int number;
    private final byte[] firstKey;
    private final int offset;
    private final int length;

    BlockHandle(int number, byte[] firstKey, int offset, int length) {
      this.number = number;
      this.firstKey = firstKey;
      this.offset = offset;
      this.length = length;
    }

    String part() {
      return "block " + number + " at byte " + offset;
    }
  }

  /**
   * Returns a reader of the part of this run whose hashes are in this range and in the range that
   * this reader is limited to.
   */
  public RunReader within(HashRange limit) {
    if (range.from().compareTo(limit.to()) > 0 || limit.from().compareTo(range.to()) > 0) {
      throw new IllegalArgumentException(
          "hash range " + limit + " has nothing in common with " + range);
    }
    KeyHash from = range.from().compareTo(limit.from()) > 0 ? range.from() : limit.from();
    KeyHash to = range.to().compareTo(limit.to()) < 0 ? range.to() : limit.to();
    return new RunReader(stored, index, filter, count, new HashRange(from, to));
  }

  /**
   * Returns the number of changes in the whole file, also for a reader that is limited to a range.
   */
  public long count() {
    return count;
  }

  /**
   * Iterates over every change, by ascending key. Blocks are read and checked when the iterator
   * reaches them.
   */
  @Override
  public Iterator<Change> iterator() {
    return range.equals(HashRange.ALL)
        ? new Scan(RunFormat.NO_KEY)
        : new Limited(new Scan(lowestKeyOf(range.from())), range.to());
  }

  /** Returns this run's change of the cell; empty if it has none. */
  public Optional<Change> find(StateKey key) {
    if (!mayContain(key.hash())) {
      return Optional.empty();
    }
    Scan scan = new Scan(key.bytes());
    if (!scan.hasNext()) {
      return Optional.empty();
    }
    Change found = scan.next();
    return found.key().equals(key) ? Optional.of(found) : Optional.empty();
  }

  /** Returns this run's changes of all cells of one partition key, by ascending key. */
  public List<Change> ofKey(KeyHash hash, String partitionKey) {
    if (!mayContain(hash)) {
      return List.of();
    }
    byte[] prefix = StateKey.prefix(hash, partitionKey);
    List<Change> found = new ArrayList<>();
    Scan scan = new Scan(prefix);
    while (scan.hasNext()) {
      Change change = scan.next();
      if (!startsWith(change.key().bytes(), prefix)) {
        break;
      }
      found.add(change);
    }
    return List.copyOf(found);
  }

  private boolean mayContain(KeyHash hash) {
    return range.contains(hash) && filter.mayContain(hash);
  }

  private static boolean startsWith(byte[] key, byte[] prefix) {
    return key.length >= prefix.length
        && Arrays.equals(key, 0, prefix.length, prefix, 0, prefix.length);
  }

  private static byte[] lowestKeyOf(KeyHash hash) {
    return new ByteOutput().putLong(hash.high()).putLong(hash.low()).toBytes();
  }

  /** The changes from a key on, block by block. */
  private final class Scan extends Lookahead {
    private final byte[] lowerBound;
    private int nextBlock;
    private Block.Reader block;
    private long read;

    Scan(byte[] lowerBound) {
      this.lowerBound = lowerBound;
      nextBlock = blockOf(lowerBound);
      block = new Block.Reader(stored, "no block", RunFormat.NO_KEY, RunFormat.NO_KEY);
    }

    /** The last block that starts at or before the key: the first that can hold it. */
    private int blockOf(byte[] key) {
      int low = 0;
      int high = index.size() - 1;
      while (low < high) {
        int middle = (low + high + 1) >>> 1;
        if (Arrays.compareUnsigned(index.get(middle).firstKey, key) <= 0) {
          low = middle;
        } else {
          high = middle - 1;
        }
      }
      return low;
    }

    @Override
    @Nullable Change following() {
      while (true) {
        while (!block.hasNext()) {
          if (nextBlock == index.size()) {
            requireAllRead();
            return null;
          }
          block = open(index.get(nextBlock++), block.lastKey());
        }
        Change change = block.next();
        read++;
        if (Arrays.compareUnsigned(change.key().bytes(), lowerBound) >= 0) {
          return change;
        }
      }
    }

    private Block.Reader open(BlockHandle handle, byte[] lastKey) {
      byte[] content = Frame.read(stored, handle.part(), handle.offset, handle.length);
      Block.Reader first = new Block.Reader(stored, handle.part(), content, RunFormat.NO_KEY);
      if (!first.hasNext() || !Arrays.equals(first.next().key().bytes(), handle.firstKey)) {
        throw stored.damaged(
            handle.part(), "the first key that the index names", "another, or none");
      }
      return new Block.Reader(stored, handle.part(), content, lastKey);
    }

    private void requireAllRead() {
      if (lowerBound.length == 0 && read != count) {
        throw stored.damaged("file", count + " changes", Long.toString(read));
      }
    }
  }

  /** The changes of a scan up to a hash. */
  private static final class Limited extends Lookahead {
    private final Iterator<Change> scan;
    private final KeyHash to;

    Limited(Iterator<Change> scan, KeyHash to) {
      this.scan = scan;
      this.to = to;
    }

    @Override
    @Nullable Change following() {
      Change change = scan.hasNext() ? scan.next() : null;
      return change == null || change.key().hash().compareTo(to) > 0 ? null : change;
    }
  }
}
