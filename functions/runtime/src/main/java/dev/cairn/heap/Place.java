package dev.cairn.heap;

import java.util.Arrays;

/** A user key of a map state in its serialized form, which alone says whether two are the same. */
final class Place implements Comparable<Place> {
  static final Place NONE = new Place(new byte[0]);

  private final byte[] bytes;
  private final int hash;

  Place(byte[] bytes) {
    this.bytes = bytes;
    this.hash = Arrays.hashCode(bytes);
  }

  byte[] bytes() {
    return bytes;
  }

  @Override
  public int compareTo(Place other) {
    return Arrays.compareUnsigned(bytes, other.bytes);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Place place && hash == place.hash && Arrays.equals(bytes, place.bytes);
  }

  @Override
  public int hashCode() {
    return hash;
  }
}
