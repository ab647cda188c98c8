package dev.cairn.task;

import dev.cairn.journal.Entry.Advanced;
import dev.cairn.journal.Entry.Header;
import dev.cairn.journal.Entry.Writer;
import dev.cairn.state.Payload;
import java.time.Instant;
import java.util.List;

/** Journals how far a replay has read a quiet shard, so that another invocation continues there. */
final class QuietProgress {
  private final TaskPorts ports;
  private final Appender appender;

  QuietProgress(TaskPorts ports, Appender appender) {
    this.ports = ports;
    this.appender = appender;
  }

  /** False when another writer went on from the state that the replay began with. */
  boolean journal(Subtask<?> subtask, Instant quietUntil, Writer writer) {
    while (true) {
      Header header =
          subtask
              .head()
              .next(ports.ids().get(), writer, ports.clock().instant())
              .quietUntil(quietUntil);
      Advanced entry = Advanced.of(header, header.position(), Payload.NONE, List.of(), List.of());
      switch (appender.append(subtask, entry, () -> ports.journal().append(subtask.id(), entry))) {
        case COMMITTED -> {
          subtask.adopt(entry, List.of());
          return true;
        }
        case PREPARE_ANEW, REBASE, NOT_THERE -> {}
        case LOST -> {
          return false;
        }
      }
    }
  }
}
