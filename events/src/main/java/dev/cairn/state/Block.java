package dev.cairn.state;

import java.util.Arrays;
import java.util.Iterator;
import java.util.NoSuchElementException;

/**
 * The content of a block or a delta: changes, one after the other, keys strictly ascending.
 *
 * <pre>
 * length of the key (varint) | key | 0, or 1 + length of the value (varint) | value
 * </pre>
 *
 * Keys are written in full: common prefixes are left to the compression, and changes are
 * independent of each other.
 */
final class Block {
  private static final int REMOVED = 0;

  private Block() {}

  /** Appends a change; {@code previous} is the key before it, or empty at the beginning. */
  static void write(byte[] previous, Change change, ByteOutput out) {
    byte[] key = change.key().bytes();
    if (key.length < KeyHash.BYTES) {
      throw new IllegalArgumentException(
          "a state key starts with a hash of "
              + KeyHash.BYTES
              + " bytes, this one has "
              + key.length);
    }
    if (Arrays.compareUnsigned(previous, key) >= 0) {
      throw new IllegalArgumentException(
          "changes must come in strictly ascending order of their keys, and that of hash "
              + change.key().hash()
              + " does not come after the one before it");
    }
    out.putLength(key.length).putBytes(key);
    switch (change) {
      case Change.Put put -> {
        if (put.value().length == Integer.MAX_VALUE) {
          throw new IllegalArgumentException("a value of 2 GiB is too large to be stored");
        }
        out.putLength(1 + put.value().length).putBytes(put.value());
      }
      case Change.Removed removed -> out.putLength(REMOVED);
    }
  }

  /** Reads changes, checking that their keys ascend from {@code previous} on. */
  static final class Reader implements Iterator<Change> {
    private final StoredBytes stored;
    private final String part;
    private final ByteInput in;
    private byte[] previous;

    Reader(StoredBytes stored, String part, byte[] content, byte[] previous) {
      this.stored = stored;
      this.part = part;
      this.in = new ByteInput(stored, part, content);
      this.previous = previous;
    }

    @Override
    public boolean hasNext() {
      return !in.isAtEnd();
    }

    @Override
    public Change next() {
      if (!hasNext()) {
        throw new NoSuchElementException();
      }
      byte[] key = in.takeBytes(in.takeLength());
      if (key.length < KeyHash.BYTES) {
        throw stored.damaged(
            part, "keys of at least " + KeyHash.BYTES + " bytes", "one of " + key.length);
      }
      if (Arrays.compareUnsigned(previous, key) >= 0) {
        throw stored.damaged(part, "ascending keys", "one that is not above the one before it");
      }
      previous = key;
      StateKey stateKey = StateKey.ofBytes(key);
      int value = in.takeNumber();
      return value == REMOVED
          ? new Change.Removed(stateKey)
          : new Change.Put(stateKey, in.takeBytes(value - 1));
    }

    byte[] lastKey() {
      return previous;
    }
  }
}
