package dev.cairn.values;

import java.util.SortedMap;
import java.util.SortedSet;

/** Requires that sorted collections use the order that they get when they are read. */
final class SortOrderCheck {
  private SortOrderCheck() {}

  static void requireNatural(Object value) {
    boolean natural =
        switch (value) {
          case SortedSet<?> set -> set.comparator() == null;
          case SortedMap<?, ?> map -> map.comparator() == null;
          default -> true;
        };
    if (!natural) {
      throw new UnstorableException(
          "a sorted collection with a comparator of its own would come back without it; use the"
              + " elements' natural order");
    }
  }
}
