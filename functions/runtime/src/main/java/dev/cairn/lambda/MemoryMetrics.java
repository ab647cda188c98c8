package dev.cairn.lambda;

import dev.cairn.metrics.EmbeddedMetrics;
import dev.cairn.metrics.EmbeddedMetrics.Metric;
import dev.cairn.metrics.EmbeddedMetrics.Unit;
import dev.cairn.task.subtask.StateMemory;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Prints the share of the container's heap that its largest state takes, for an alarm before it no
 * longer fits. Printed at most once a minute, the resolution of CloudWatch.
 */
final class MemoryMetrics {
  static final String UTILIZATION = "subtaskMemoryUtilization";
  private static final Duration BETWEEN = Duration.ofMinutes(1);

  private final EmbeddedMetrics metrics;
  private final InstantSource clock;
  private Optional<Instant> printed = Optional.empty();

  MemoryMetrics(EmbeddedMetrics metrics, InstantSource clock) {
    this.metrics = metrics;
    this.clock = clock;
  }

  /**
   * Called after each invocation.
   *
   * @param largest empty when the container has no state in memory
   */
  void report(Optional<StateMemory.Usage> largest) {
    Instant now = clock.instant();
    if (largest.isEmpty() || printed.filter(last -> now.isBefore(last.plus(BETWEEN))).isPresent()) {
      return;
    }
    printed = Optional.of(now);
    StateMemory.Usage usage = largest.get();
    Map<String, String> details = new LinkedHashMap<>();
    details.put("subtask", usage.subtask().name());
    details.put("stateBytes", Long.toString(usage.use().stateBytes()));
    details.put("heapBytes", Long.toString(usage.use().heapBytes()));
    metrics.emit(
        "largest state in memory",
        details,
        List.of(new Metric(UTILIZATION, Unit.PERCENT, usage.use().percent())));
  }
}
