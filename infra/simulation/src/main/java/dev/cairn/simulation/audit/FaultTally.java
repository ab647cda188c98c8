package dev.cairn.simulation.audit;

import java.util.Map;
import java.util.TreeMap;

/** How often each fault and each race happened. */
public final class FaultTally {
  private final Map<String, Long> counts = new TreeMap<>();

  public void count(String what) {
    counts.merge(what, 1L, Long::sum);
  }

  public void count(SimulatedFault fault) {
    count(fault.key());
  }

  /** Counts one kind of a fault. */
  public void count(SimulatedFault fault, String detail) {
    count(fault.key(detail));
  }

  public void count(SimulatedRace race) {
    count(race.key());
  }

  /** Counts one kind of a race. */
  public void count(SimulatedRace race, String detail) {
    count(race.key(detail));
  }

  public synchronized void add(FaultTally other) {
    other.counts.forEach((what, count) -> counts.merge(what, count, Long::sum));
  }

  public long of(String what) {
    return counts.getOrDefault(what, 0L);
  }

  /** How many faults happened in all. */
  public long faults() {
    return counts.entrySet().stream()
        .filter(count -> count.getKey().startsWith(SimulatedFault.PREFIX))
        .mapToLong(Map.Entry::getValue)
        .sum();
  }

  public Map<String, Long> counts() {
    return new TreeMap<>(counts);
  }
}
