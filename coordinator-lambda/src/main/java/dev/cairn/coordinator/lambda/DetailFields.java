package dev.cairn.coordinator.lambda;

import dev.cairn.checkpoint.Failure;
import dev.cairn.id.Epoch;
import dev.cairn.id.SubtaskId;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/** The fields of log lines and events, under common names. */
final class DetailFields {
  private final Map<String, String> values = new LinkedHashMap<>();

  DetailFields with(String name, String value) {
    values.put(name, value);
    return this;
  }

  DetailFields with(String name, long value) {
    return with(name, Long.toString(value));
  }

  DetailFields with(Epoch epoch) {
    return with("epoch", epoch.toString());
  }

  DetailFields with(Failure failure) {
    failure.subtask().map(SubtaskId::name).ifPresent(subtask -> with("subtask", subtask));
    return with("reason", failure.reason().name())
        .with("message", failure.message())
        .with("advice", failure.reason().advice());
  }

  Map<String, String> all() {
    return Collections.unmodifiableMap(values);
  }
}
