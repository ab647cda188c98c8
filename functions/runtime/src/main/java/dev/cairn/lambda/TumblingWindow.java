package dev.cairn.lambda;

import java.util.Set;

/** Recognizes events of a mapping with a tumbling window, for which Lambda keeps a state. */
final class TumblingWindow {
  private static final Set<String> FIELDS =
      Set.of("window", "isFinalInvokeForWindow", "isWindowTerminatedEarly");

  private TumblingWindow() {}

  /** Whether an event's field occurs with a tumbling window only. */
  static boolean isField(String name) {
    return FIELDS.contains(name);
  }

  static MalformedEventException refusal() {
    return new MalformedEventException(
        "the event belongs to a tumbling window, for which Lambda keeps a state between invocations."
            + " Cairn keeps the state itself, and no record is applied in a window; set"
            + " TumblingWindowInSeconds of the event source mapping to 0");
  }
}
