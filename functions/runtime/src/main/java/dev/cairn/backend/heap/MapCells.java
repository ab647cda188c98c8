package dev.cairn.backend.heap;

import java.util.HashMap;

/** The cells of one map state of one key; absent ones are not counted as live. */
final class MapCells {
  final HashMap<MapKey, Cell> byPlace = new HashMap<>();
  int live;
}
