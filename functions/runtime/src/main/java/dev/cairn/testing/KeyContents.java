package dev.cairn.testing;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Everything one key has, by the state's name: single values, maps by serialized user key, lists.
 */
record KeyContents(
    Map<String, Object> values,
    Map<String, TreeMap<byte[], Object>> maps,
    Map<String, List<Object>> lists) {

  static KeyContents empty() {
    return new KeyContents(new HashMap<>(), new HashMap<>(), new HashMap<>());
  }

  /** A copy that shares nothing that could be changed. */
  KeyContents copy() {
    Map<String, TreeMap<byte[], Object>> copiedMaps = new HashMap<>();
    maps.forEach((name, map) -> copiedMaps.put(name, new TreeMap<>(map)));
    return new KeyContents(new HashMap<>(values), copiedMaps, new HashMap<>(lists));
  }

  TreeMap<byte[], Object> map(String name) {
    return maps.computeIfAbsent(name, absent -> new TreeMap<>(Arrays::compareUnsigned));
  }
}
