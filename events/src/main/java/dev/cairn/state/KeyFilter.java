package dev.cairn.state;

import java.util.List;
import org.apache.commons.collections4.bloomfilter.BitMapExtractor;
import org.apache.commons.collections4.bloomfilter.EnhancedDoubleHasher;
import org.apache.commons.collections4.bloomfilter.Hasher;
import org.apache.commons.collections4.bloomfilter.Shape;
import org.apache.commons.collections4.bloomfilter.SimpleBloomFilter;

/**
 * Which partition keys a run may hold: a Bloom filter over their hashes, which says no wrongly
 * never and yes wrongly once in a hundred times.
 *
 * <p>A partition key's hash is an MD5, so its two halves serve as the two independent hashes of
 * enhanced double hashing (Dillinger and Manolios, "Bloom Filters in Probabilistic Verification").
 */
final class KeyFilter {
  private static final double FALSE_POSITIVES = 0.01;
  private static final int MAX_HASH_FUNCTIONS = 64;

  private final SimpleBloomFilter bits;

  private KeyFilter(SimpleBloomFilter bits) {
    this.bits = bits;
  }

  static KeyFilter of(List<KeyHash> hashes) {
    SimpleBloomFilter bits =
        new SimpleBloomFilter(Shape.fromNP(Math.max(1, hashes.size()), FALSE_POSITIVES));
    for (KeyHash hash : hashes) {
      bits.merge(hasher(hash));
    }
    return new KeyFilter(bits);
  }

  static KeyFilter read(Input in, StoredBytes stored, String part) {
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
    try {
      SimpleBloomFilter bits = new SimpleBloomFilter(Shape.fromKM(functions, size));
      bits.merge(BitMapExtractor.fromBitMapArray(bitMap));
      return new KeyFilter(bits);
    } catch (IllegalArgumentException e) {
      throw stored.damaged(
          part, "a Bloom filter's shape", functions + " functions over " + size + " bits", e);
    }
  }

  void write(Output out) {
    out.putLength(bits.getShape().getNumberOfBits());
    out.putLength(bits.getShape().getNumberOfHashFunctions());
    for (long word : bits.asBitMapArray()) {
      out.putLong(word);
    }
  }

  boolean mayContain(KeyHash hash) {
    return bits.contains(hasher(hash));
  }

  private static Hasher hasher(KeyHash hash) {
    return new EnhancedDoubleHasher(hash.high(), hash.low());
  }
}
