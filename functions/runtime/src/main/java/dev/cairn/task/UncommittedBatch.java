package dev.cairn.task;

import dev.cairn.heap.KeyOutsideRangeException;
import dev.cairn.heap.RecordFailedException;
import dev.cairn.heap.UnreadableStateException;
import dev.cairn.id.EntryId;
import dev.cairn.id.Position;
import dev.cairn.id.SequenceNumber;
import dev.cairn.journal.Entry.Advanced;
import dev.cairn.journal.Entry.DeadLetter;
import dev.cairn.journal.Entry.Header;
import dev.cairn.journal.Entry.Writer;
import dev.cairn.journal.Isolation;
import dev.cairn.state.Change;
import dev.cairn.state.Payload;
import dev.cairn.state.StateSchema;
import dev.cairn.storage.StorageException;
import dev.cairn.stream.AggregatedRecordException;
import dev.cairn.stream.StreamRecord;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Records that are applied in memory and not yet in the journal. */
final class UncommittedBatch<E> {
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
  private final SubtaskCache<?> memory;
  private final List<DeadLetter> letters = new ArrayList<>();
  private int letterChars;
  private Position position;
  private long applied;
  private Optional<SequenceNumber> first = Optional.empty();
  private Instant latestArrival = Instant.MIN;
  private Optional<Stop> stop = Optional.empty();
  private Optional<SequenceNumber> current = Optional.empty();
  private int passed;
  private boolean isJournalled;

  UncommittedBatch(
      TaskSettings settings,
      TaskPorts ports,
      StateFiles files,
      Appender appender,
      DeadLetters deadLetters,
      Subtask<E> subtask,
      SubtaskCache<?> memory) {
    this.memory = memory;
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

  /** How many records were applied or set aside. */
  int passed() {
    return passed;
  }

  /** The first of them. */
  Optional<SequenceNumber> first() {
    return first;
  }

  /** The record that is being applied. */
  Optional<SequenceNumber> current() {
    return current;
  }

  /** Whether the journal has all of it. */
  boolean isJournalled() {
    return isJournalled;
  }

  /** Whether any record was applied or set aside. */
  boolean hasApplied() {
    return first.isPresent();
  }

  /** Whether so much was set aside that its entry has to be written before more is. */
  boolean isFull() {
    return letterChars >= MOST_LETTER_CHARS;
  }

  /**
   * Why this work ends before a record. The state is what it was before that record.
   *
   * @param fault of the record, or of the shard when it came to the record
   * @param attempt how the shard was looking for a record at fault when the work began
   */
  record Stop(SequenceNumber record, Fault fault, Throwable cause, Optional<Isolation> attempt) {}

  /** Empty as long as every record could be applied, or set aside. */
  Optional<Stop> stop() {
    return stop;
  }

  /** False if the record cannot be applied now, and must be sent again; {@link #stop} says why. */
  boolean apply(StreamRecord record) {
    current = Optional.of(record.sequenceNumber());
    try {
      AggregatedRecordException.refuse(record.partitionKey(), record.data());
      subtask.state().process(record.partitionKey(), record.data(), record.arrival());
      applied++;
    } catch (RecordFailedException
        | AggregatedRecordException
        | KeyOutsideRangeException
        | UnreadableStateException
        | LinkageError e) {
      return reject(record, Fault.of(e), e);
    }
    pass(record);
    return true;
  }

  /** Lets the policy decide on a record that cannot be applied. False if the work stops there. */
  boolean reject(StreamRecord record, Fault fault, Throwable cause) {
    if (!isToBeSetAside(fault)) {
      stopBefore(record, fault, cause);
      return false;
    }
    try {
      setAside(record, fault);
    } catch (StorageException refused) {
      stopBefore(record, Fault.of(refused), refused);
      return false;
    }
    pass(record);
    return true;
  }

  private boolean isToBeSetAside(Fault fault) {
    return fault instanceof Fault.OfRecord
        && switch (settings.failurePolicy()) {
          case FAIL -> false;
          case DEAD_LETTER -> true;
        };
  }

  void stopBefore(StreamRecord record, Fault fault, Throwable cause) {
    stop = Optional.of(new Stop(record.sequenceNumber(), fault, cause, subtask.head().isolation()));
  }

  private void setAside(StreamRecord record, Fault fault) {
    DeadLetter letter = deadLetters.store(subtask.id(), record, fault.message());
    letters.add(letter);
    letterChars += letter.cause().length() + LETTER_OVERHEAD;
  }

  private void pass(StreamRecord record) {
    passed++;
    current = Optional.empty();
    position = Position.after(record.sequenceNumber());
    if (first.isEmpty()) {
      first = Optional.of(record.sequenceNumber());
    }
    if (record.arrival().isAfter(latestArrival)) {
      latestArrival = record.arrival();
    }
  }

  /** False when another writer went on from the state that this work began with. */
  boolean journal(Writer writer) {
    return journal(writer, Optional.empty());
  }

  /**
   * @param isolation how the shard goes on to look for the record that ends the process
   */
  boolean journal(Writer writer, Optional<Isolation> isolation) {
    current = Optional.empty();
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
              .at(position, first.get(), subtask.head().counts().plus(applied, letters.size()))
              .arrivedBy(latestArrival)
              .with(isolation)
              .withHeapUse(memory.noteworthyUse(subtask));
      Advanced entry = Advanced.of(header, from, prepared.delta(), prepared.states(), letters);
      switch (appender.append(subtask, entry, () -> ports.journal().append(subtask.id(), entry))) {
        case COMMITTED -> {
          isJournalled = true;
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
