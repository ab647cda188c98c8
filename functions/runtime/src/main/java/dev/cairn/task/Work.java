package dev.cairn.task;

import dev.cairn.heap.RecordFailedException;
import dev.cairn.id.EntryId;
import dev.cairn.id.Position;
import dev.cairn.id.SequenceNumber;
import dev.cairn.journal.Entry.Advanced;
import dev.cairn.journal.Entry.DeadLetter;
import dev.cairn.journal.Entry.Header;
import dev.cairn.journal.Entry.Writer;
import dev.cairn.state.Change;
import dev.cairn.state.Payload;
import dev.cairn.state.StateSchema;
import dev.cairn.stream.StreamRecord;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Records that are applied in memory and not yet in the journal. */
final class Work<E> {
  // An item of the table has 400 KB at most, and a character up to three bytes; what an entry holds
  // besides is far smaller.
  private static final int MOST_LETTER_CHARS = 60_000;
  private static final int LETTER_OVERHEAD = 100;

  private final TaskSettings settings;
  private final TaskPorts ports;
  private final StateFiles files;
  private final Appender appender;
  private final DeadLetters deadLetters;
  private final Subtask<E> subtask;
  private final List<DeadLetter> letters = new ArrayList<>();
  private int letterChars;
  private Position position;
  private long applied;
  private Optional<SequenceNumber> first = Optional.empty();
  private Optional<SequenceNumber> failed = Optional.empty();
  private Optional<Throwable> failure = Optional.empty();

  Work(
      TaskSettings settings,
      TaskPorts ports,
      StateFiles files,
      Appender appender,
      DeadLetters deadLetters,
      Subtask<E> subtask) {
    this.settings = settings;
    this.ports = ports;
    this.files = files;
    this.appender = appender;
    this.deadLetters = deadLetters;
    this.subtask = subtask;
    this.position = subtask.head().position();
  }

  Position position() {
    return position;
  }

  /** Whether any record was applied or set aside. */
  boolean hasApplied() {
    return first.isPresent();
  }

  /** Whether so much was set aside that its entry has to be written before more is. */
  boolean isFull() {
    return letterChars >= MOST_LETTER_CHARS;
  }

  Optional<Throwable> failure() {
    return failure;
  }

  String failed() {
    return failed.map(SequenceNumber::digits).orElse("none");
  }

  /** False if the function failed on the record and the record must be sent again. */
  boolean apply(StreamRecord record) {
    try {
      subtask.state().process(record.partitionKey(), record.data(), record.arrival());
      applied++;
    } catch (RecordFailedException e) {
      switch (settings.failurePolicy()) {
        case FAIL -> {
          failed = Optional.of(record.sequenceNumber());
          failure = Optional.of(e);
          return false;
        }
        case DEAD_LETTER -> {
          DeadLetter letter = deadLetters.store(subtask.id(), record, e);
          letters.add(letter);
          letterChars += letter.cause().length() + LETTER_OVERHEAD;
        }
      }
    }
    position = Position.after(record.sequenceNumber());
    if (first.isEmpty()) {
      first = Optional.of(record.sequenceNumber());
    }
    return true;
  }

  /** False when another writer went on from the state that this work began with. */
  boolean journal(Writer writer) {
    if (first.isEmpty()) {
      return true;
    }
    Position from = subtask.head().position();
    List<Change> changes = subtask.state().drain();
    Prepared prepared = prepare(changes);
    while (true) {
      Header header =
          subtask
              .head()
              .next(prepared.attempt(), writer, ports.clock().instant())
              .at(position, first.get(), subtask.head().counts().plus(applied, letters.size()));
      Advanced entry = Advanced.of(header, from, prepared.delta(), prepared.states(), letters);
      switch (appender.append(subtask, entry, () -> ports.journal().append(subtask.id(), entry))) {
        case COMMITTED -> {
          subtask.adopt(entry, changes);
          if (!letters.isEmpty()) {
            ports.deadLetters().setAside(subtask.id(), letters);
          }
          return true;
        }
        case PREPARE_ANEW -> prepared = prepare(changes);
        case REBASE, NOT_THERE -> {}
        case LOST -> {
          return false;
        }
      }
    }
  }

  /** What an entry refers to, made for the head that the subtask has. */
  private record Prepared(EntryId attempt, List<StateSchema> states, Payload delta) {}

  private Prepared prepare(List<Change> changes) {
    EntryId attempt = ports.ids().get();
    return new Prepared(
        attempt,
        subtask.newSchemas(),
        files.writeDelta(subtask, attempt, changes, settings.inlineThresholdBytes()));
  }
}
