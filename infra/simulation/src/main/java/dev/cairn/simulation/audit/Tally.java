package dev.cairn.simulation.audit;

import java.util.Map;
import java.util.TreeMap;

/** How often each fault and each race happened. */
public final class Tally {
  private final Map<String, Long> counts = new TreeMap<>();

  public void count(String what) {
    counts.merge(what, 1L, Long::sum);
  }

  public synchronized void add(Tally other) {
    other.counts.forEach((what, count) -> counts.merge(what, count, Long::sum));
  }

  public long of(String what) {
    return counts.getOrDefault(what, 0L);
  }

  /** What happened with a name that starts so. */
  public long ofAll(String prefix) {
    return counts.entrySet().stream()
        .filter(e -> e.getKey().startsWith(prefix))
        .mapToLong(Map.Entry::getValue)
        .sum();
  }

  public Map<String, Long> counts() {
    return new TreeMap<>(counts);
  }
}
