package dev.cairn.state;

import java.util.List;
import java.util.function.IntPredicate;

/**
 * A Bloom filter over the hashes of a run's partition keys: no false negatives, about 1 % false
 * positives.
 *
 * <p>A partition key's hash is an MD5, so its two halves serve as the two independent hashes of
 * enhanced double hashing (Dillinger and Manolios, "Bloom Filters in Probabilistic Verification").
 */
final class KeyFilter {
  private static final double FALSE_POSITIVES = 0.01;
  private static final int MAX_HASH_FUNCTIONS = 64;

  private final int size;
  private final int functions;
  private final long[] words;

  private KeyFilter(int size, int functions, long[] words) {
    this.size = size;
    this.functions = functions;
    this.words = words;
  }

  static KeyFilter of(List<KeyHash> hashes) {
    int keys = Math.max(1, hashes.size());
    int size = Math.toIntExact((long) Math.ceil(keys * bitsPerKey()));
    int functions = Math.max(1, Math.toIntExact(Math.round(Math.log(2) * size / keys)));
    KeyFilter filter = new KeyFilter(size, functions, new long[words(size)]);
    for (KeyHash hash : hashes) {
      filter.forAll(hash, filter::set);
    }
    return filter;
  }

  /** The size of the smallest filter with this error rate. */
  private static double bitsPerKey() {
    return Math.log(FALSE_POSITIVES) / Math.log(1 / Math.pow(2, Math.log(2)));
  }

  private static int words(int size) {
    return (int) ((size + 63L) / 64);
  }

  static KeyFilter read(ByteInput in, StoredBytes stored, String part) {
    int size = in.takeNumber();
    int functions = in.takeNumber();
    long words = (size + 63L) / 64;
    if (size < 1 || words * Long.BYTES != in.remaining()) {
      throw stored.damaged(
          part, words * Long.BYTES + " bytes for " + size + " bits", in.remaining() + " bytes");
    }
    if (functions < 1 || functions > MAX_HASH_FUNCTIONS) {
      throw stored.damaged(
          part, "1 to " + MAX_HASH_FUNCTIONS + " hash functions", Integer.toString(functions));
    }
    long[] bitMap = new long[(int) words];
    for (int i = 0; i < bitMap.length; i++) {
      bitMap[i] = in.takeLong();
    }
    int unused = (int) (words * 64 - size);
    if (unused > 0 && bitMap[bitMap.length - 1] >>> (64 - unused) != 0) {
      throw stored.damaged(part, "no bit beyond " + size, "one");
    }
    return new KeyFilter(size, functions, bitMap);
  }

  void write(ByteOutput out) {
    out.putLength(size);
    out.putLength(functions);
    for (long word : words) {
      out.putLong(word);
    }
  }

  boolean mayContain(KeyHash hash) {
    return forAll(hash, this::isSet);
  }

  private boolean set(int bit) {
    words[bit >> 6] |= 1L << bit;
    return true;
  }

  private boolean isSet(int bit) {
    return (words[bit >> 6] & 1L << bit) != 0;
  }

  /**
   * Whether the predicate holds for all bits of a hash: bit <i>i</i> is <i>h</i> - <i>i</i>
   * <i>l</i> + (<i>i</i>^3 - <i>i</i>) / 6, of its upper half <i>h</i> and its lower half <i>l</i>.
   * The distance between consecutive bits decreases by 1, 2, 3, and so on.
   */
  private boolean forAll(KeyHash hash, IntPredicate bit) {
    int index = (int) Long.remainderUnsigned(hash.high(), size);
    int step = (int) Long.remainderUnsigned(hash.low(), size);
    for (int i = 1; i <= functions; i++) {
      if (!bit.test(index)) {
        return false;
      }
      index = Math.floorMod(index - step, size);
      step = Math.floorMod(step - i, size);
    }
    return true;
  }
}
