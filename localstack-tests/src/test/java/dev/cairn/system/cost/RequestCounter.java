package dev.cairn.system.cost;

import dev.cairn.task.pipeline.Tap;
import java.util.Map;
import java.util.TreeMap;

/** Counts the calls at a pipeline's ports, by name. */
final class RequestCounter implements Tap {
  private final Map<String, Integer> counts = new TreeMap<>();

  @Override
  public void before(Call call) {
    counts.merge(call.name(), 1, Integer::sum);
  }

  /** What was called since the last time. */
  Map<String, Integer> drain() {
    Map<String, Integer> drained = new TreeMap<>(counts);
    counts.clear();
    return drained;
  }

  static int total(Map<String, Integer> counts) {
    return counts.values().stream().mapToInt(Integer::intValue).sum();
  }

  static int of(Map<String, Integer> counts, String port) {
    return counts.entrySet().stream()
        .filter(count -> count.getKey().startsWith(port + "."))
        .mapToInt(Map.Entry::getValue)
        .sum();
  }
}
