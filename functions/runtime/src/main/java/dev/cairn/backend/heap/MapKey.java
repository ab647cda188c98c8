package dev.cairn.backend.heap;

import java.util.Arrays;

/** A user key of a map state in its serialized form, which alone decides on equality. */
final class MapKey implements Comparable<MapKey> {
  static final MapKey NONE = new MapKey(new byte[0]);

  private final byte[] bytes;
  private final int hash;

  MapKey(byte[] bytes) {
    this.bytes = bytes;
    this.hash = Arrays.hashCode(bytes);
  }

  byte[] bytes() {
    return bytes;
  }

  @Override
  public int compareTo(MapKey other) {
    return Arrays.compareUnsigned(bytes, other.bytes);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof MapKey place && hash == place.hash && Arrays.equals(bytes, place.bytes);
  }

  @Override
  public int hashCode() {
    return hash;
  }
}
