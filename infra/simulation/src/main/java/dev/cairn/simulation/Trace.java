package dev.cairn.simulation;

import java.time.Instant;
import java.util.function.Consumer;

/** The trace of a run, as a hash and, on request, as text. */
final class Trace {
  private final Consumer<String> reader;
  private final boolean isRead;
  private long hash = 0xcbf29ce484222325L;
  private long events;

  private Trace(Consumer<String> reader, boolean isRead) {
    this.reader = reader;
    this.isRead = isRead;
  }

  static Trace hashed() {
    return new Trace(line -> {}, false);
  }

  static Trace read(Consumer<String> reader) {
    return new Trace(reader, true);
  }

  void add(Instant at, String task, String what) {
    events++;
    mix(at.getEpochSecond() * 1_000_000_000L + at.getNano());
    mix(task.hashCode());
    mix(what.hashCode());
    if (isRead) {
      reader.accept(at + " " + task + ": " + what);
    }
  }

  private void mix(long value) {
    hash = (hash ^ value) * 0x100000001b3L;
    hash ^= hash >>> 29;
  }

  long hash() {
    return hash;
  }

  long events() {
    return events;
  }
}
