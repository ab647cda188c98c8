package dev.cairn.simulation.audit;

import dev.cairn.state.Change;
import dev.cairn.state.StateKey;
import java.util.Arrays;
import java.util.Iterator;
import java.util.Map;
import java.util.SortedMap;

/** Compares states cell by cell. */
final class CellComparison {
  private CellComparison() {}

  /**
   * @throws Violation if the states differ
   */
  static void requireSame(
      String invariant,
      String where,
      SortedMap<StateKey, byte[]> expected,
      SortedMap<StateKey, byte[]> actual) {
    if (expected.size() != actual.size()) {
      throw new Violation(
          invariant, where + ": " + actual.size() + " cells instead of " + expected.size());
    }
    Iterator<Map.Entry<StateKey, byte[]>> other = actual.entrySet().iterator();
    for (Map.Entry<StateKey, byte[]> cell : expected.entrySet()) {
      Map.Entry<StateKey, byte[]> found = other.next();
      if (!cell.getKey().equals(found.getKey())
          || !Arrays.equals(cell.getValue(), found.getValue())) {
        throw new Violation(invariant, where + ": " + found.getKey() + " is not what it should be");
      }
    }
  }

  /** Applies a change to a state. */
  static void apply(SortedMap<StateKey, byte[]> cells, Change change) {
    switch (change) {
      case Change.Put put -> cells.put(put.key(), put.value());
      case Change.Removed removed -> cells.remove(removed.key());
    }
  }
}
