package dev.cairn.lambda;

import dev.cairn.id.SubtaskId;
import dev.cairn.journal.Entry.DeadLetter;
import dev.cairn.metrics.EmbeddedMetrics;
import dev.cairn.metrics.EmbeddedMetrics.Metric;
import dev.cairn.storage.Layout;
import dev.cairn.task.ports.DeadLetterListener;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Prints dead letters as a metric, for an alarm. */
final class DeadLetterMetrics implements DeadLetterListener {
  private final EmbeddedMetrics metrics;

  DeadLetterMetrics(EmbeddedMetrics metrics) {
    this.metrics = metrics;
  }

  @Override
  public void setAside(SubtaskId subtask, List<DeadLetter> letters) {
    DeadLetter first = letters.getFirst();
    Map<String, String> details = new LinkedHashMap<>();
    details.put("subtask", subtask.name());
    details.put("firstCause", first.cause());
    details.put("firstFile", Layout.deadLetter(subtask, first.record()).value());
    metrics.emit(
        "records set aside", details, List.of(Metric.count("numberOfDeadLetters", letters.size())));
  }
}
