package dev.cairn.simulation;

import dev.cairn.simulation.audit.FaultTally;
import dev.cairn.simulation.audit.SimulatedFault;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;

/**
 * Slows processes down between two calls that otherwise follow each other within milliseconds, so
 * that others can act in between: some races need exactly that, and random delays hardly ever cause
 * them.
 */
final class NarrowWindows {
  private static final String LISTED = "storage.list answered";
  private static final String STORED = "storage.put answered";

  private final SplittableRandom random;
  private final FaultTally tally;
  // The last point that a process passed.
  private final Map<String, String> last = new HashMap<>();
  // Coordinators that have listed files and not yet read everything that may refer to them.
  private final Set<String> collecting = new HashSet<>();
  private final Set<String> listed = new HashSet<>();
  private final Set<String> asleep = new HashSet<>();

  NarrowWindows(SplittableRandom random, FaultTally tally) {
    this.random = random;
    this.tally = tally;
  }

  /** Whether a coordinator sleeps between reading the journals and reading the checkpoints. */
  boolean isCollectorAsleep() {
    return !asleep.isEmpty();
  }

  /** Whether a coordinator has listed the files and not yet read the journals. */
  boolean hasCollectorListed() {
    return !listed.isEmpty();
  }

  /** Returns an additional delay of a process at a point; empty if there is none. */
  Optional<Duration> delay(String task, String point) {
    asleep.remove(task);
    listed.remove(task);
    String before = Optional.ofNullable(last.put(task, point)).orElse("");
    return switch (point) {
      case LISTED -> {
        collecting.add(task);
        yield Optional.empty();
      }
      // Between listing the files and reading the journals.
      case "table.subtasks" -> beforeJournals(task);
      case "table.checkpoints" -> betweenReads(task);
      // Between raising the epoch and opening the shards that a restore gives state.
      case "table.open" -> task.startsWith("coordinator") ? oneIn(2, 1000, 5000) : Optional.empty();
      case "table.job", "container.serve" -> {
        collecting.remove(task);
        yield Optional.empty();
      }
      // Between deciding what to begin, to subsume, to commit, to abort or to fork, and doing it.
      case "table.subsume" -> oneIn(3, 1000, 4000);
      case "table.begin" -> oneIn(5, 1000, 5000);
      case "table.complete" -> oneIn(4, 1000, 6000);
      case "table.abort" -> oneIn(4, 1000, 4000);
      case "table.fork" -> oneIn(2, 1000, 4000);
      // Or another coordinator refuses the request that this one is about to serve.
      case "table.refuse" -> oneIn(2, 1000, 5000);
      case "table.move" -> oneIn(3, 500, 12_000);
      case "table.append", "table.appendAcknowledged" ->
          before.equals(STORED)
              ? counted(SimulatedFault.AN_ENTRY_LONG_AFTER_ITS_FILE, 3, 12_000)
              : Optional.empty();
      default -> Optional.empty();
    };
  }

  private Optional<Duration> beforeJournals(String task) {
    if (!collecting.contains(task)) {
      return Optional.empty();
    }
    Optional<Duration> pause = oneIn(2, 2000, 8000);
    pause.ifPresent(p -> listed.add(task));
    return pause;
  }

  private Optional<Duration> betweenReads(String task) {
    if (!collecting.contains(task)) {
      return Optional.empty();
    }
    Optional<Duration> sleep =
        counted(SimulatedFault.A_COLLECTOR_SLEPT_BETWEEN_ITS_READS, 5, 80_000);
    sleep.ifPresent(s -> asleep.add(task));
    return sleep;
  }

  private Optional<Duration> counted(SimulatedFault what, int oneIn, int mostMillis) {
    Optional<Duration> delay = oneIn(oneIn, 1000, mostMillis);
    delay.ifPresent(d -> tally.count(what));
    return delay;
  }

  private Optional<Duration> oneIn(int bound, int leastMillis, int mostMillis) {
    return random.nextInt(bound) == 0
        ? Optional.of(Duration.ofMillis(leastMillis + random.nextLong(mostMillis)))
        : Optional.empty();
  }
}
