package dev.cairn.task.journalling;

import dev.cairn.format.FormatVersion;
import dev.cairn.id.Position;
import dev.cairn.journal.Entry.DeadLetter;
import dev.cairn.journal.Entry.Writer;
import dev.cairn.journal.Isolation;
import dev.cairn.operator.KeyOutsideRangeException;
import dev.cairn.operator.Operator;
import dev.cairn.operator.RecordFailedException;
import dev.cairn.operator.UnreadableStateException;
import dev.cairn.settings.RecordOutsideShard;
import dev.cairn.state.KeyHash;
import dev.cairn.storage.StorageException;
import dev.cairn.stream.AggregatedRecordException;
import dev.cairn.stream.StreamRecord;
import dev.cairn.stream.UserRecord;
import dev.cairn.task.journalling.JournalSession.Result;
import dev.cairn.task.journalling.Proposal.Advance;
import dev.cairn.task.ports.TaskPorts;
import dev.cairn.task.ports.TaskSettings;
import dev.cairn.task.subtask.StateFiles;
import dev.cairn.task.subtask.Subtask;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** A batch of records that are applied in memory but not yet journalled. */
public final class UncommittedBatch<E> {
  // An item has at most 400 KB, and a character up to three bytes; the other parts of an entry are
  // far smaller.
  private static final int MOST_LETTER_CHARS = 60_000;
  private static final int LETTER_OVERHEAD = 100;
  // As many digits as 2^128 - 1 has.
  private static final int LONGEST_HASH_KEY = 39;

  private final TaskSettings settings;
  private final TaskPorts ports;
  private final StateFiles files;
  private final JournalSession session;
  private final DeadLetters deadLetters;
  private final Subtask<E> subtask;
  private final List<DeadLetter> letters = new ArrayList<>();
  private int letterChars;
  private Position position;
  private long applied;
  private Optional<UserRecord> first = Optional.empty();
  private Instant latestArrival = Instant.MIN;
  private Optional<Stop> stop = Optional.empty();
  private Optional<UserRecord> current = Optional.empty();
  private int processed;
  private boolean isJournalled;

  public UncommittedBatch(
      TaskSettings settings,
      TaskPorts ports,
      StateFiles files,
      JournalSession session,
      DeadLetters deadLetters,
      Subtask<E> subtask) {
    this.settings = settings;
    this.ports = ports;
    this.files = files;
    this.session = session;
    this.deadLetters = deadLetters;
    this.subtask = subtask;
    this.position = subtask.head().position();
  }

  public Position position() {
    return position;
  }

  /** Returns how many records were applied or became dead letters. */
  public int processed() {
    return processed;
  }

  /** Returns the first of these records. */
  public Optional<UserRecord> first() {
    return first;
  }

  /** Returns the record that is being applied. */
  public Optional<UserRecord> current() {
    return current;
  }

  /** Whether the whole batch is journalled. */
  public boolean isJournalled() {
    return isJournalled;
  }

  /** Whether any record was applied or became a dead letter. */
  public boolean hasApplied() {
    return first.isPresent();
  }

  /** Whether the dead letters fill an entry, which must be written before there are more. */
  public boolean isFull() {
    return letterChars >= MOST_LETTER_CHARS;
  }

  /**
   * Why the batch ends before a record. The state is unchanged by that record.
   *
   * @param fault the fault of the record, or of the shard at the record
   * @param attempt the search for a faulty record when the work began
   */
  public record Stop(
      UserRecord record, Fault fault, Throwable cause, Optional<Isolation> attempt) {}

  /**
   * Returns why the batch ended; empty as long as every record could be applied or became a dead
   * letter.
   */
  public Optional<Stop> stop() {
    return stop;
  }

  /**
   * Applies a record. Returns false if it cannot be applied now and must be sent again; {@link
   * #stop} returns the reason.
   *
   * @param record a record after the position of this batch
   */
  public boolean apply(UserRecord record) {
    current = Optional.of(record);
    if (record instanceof UserRecord.Part part
        && !subtask.head().format().includes(FormatVersion.TWO)) {
      return rejectWhole(part);
    }
    try {
      process(record);
    } catch (KeyOutsideRangeException e) {
      if (isDiscarded(record)) {
        pass(record);
        return true;
      }
      return reject(record, Fault.of(e), e);
    } catch (RecordFailedException
        | AggregatedRecordException
        | UnreadableStateException
        | LinkageError e) {
      return reject(record, Fault.of(e), e);
    }
    pass(record);
    return true;
  }

  /**
   * Rejects the aggregate of a user record, because the journal's format has no position within it.
   * The user records that follow are passed with the first.
   */
  private boolean rejectWhole(UserRecord.Part part) {
    UserRecord whole = new UserRecord.Plain(part.kinesisRecord());
    if (position.equals(whole.position())) {
      current = Optional.empty();
      return true;
    }
    AggregatedRecordException e = AggregatedRecordException.earlierFormat(part);
    return reject(whole, Fault.of(e), e);
  }

  private void process(UserRecord record) throws RecordFailedException {
    Operator<E> operator = subtask.operator();
    switch (record) {
      case UserRecord.Plain(StreamRecord whole) -> {
        operator.process(whole.partitionKey(), whole.data(), whole.arrival());
        applied++;
      }
      case UserRecord.Part part -> {
        operator.process(part.partitionKey(), explicitHash(part), part.data(), part.arrival());
        applied++;
      }
      case UserRecord.Empty e -> {}
      case UserRecord.Malformed(StreamRecord whole, String problem) ->
          throw AggregatedRecordException.malformed(whole.partitionKey(), problem);
    }
  }

  /**
   * Whether a record that belongs to another shard is passed without a trace. The Kinesis Producer
   * Library sends a user record again only if the hash key by which it routed the record, its
   * explicit one or else that of the partition key, lies outside the shard.
   */
  private boolean isDiscarded(UserRecord record) {
    return record instanceof UserRecord.Part part
        && settings.outsideShard() == RecordOutsideShard.DISCARD
        && !routedBy(part).map(subtask.origin().range()::contains).orElse(true);
  }

  /** Returns the hash key by which a producer routes a user record; empty if it is invalid. */
  private static Optional<KeyHash> routedBy(UserRecord.Part part) {
    try {
      return Optional.of(
          part.explicitHashKey()
              .map(text -> hashKey(part, text))
              .orElseGet(() -> KeyHash.of(part.partitionKey())));
    } catch (AggregatedRecordException invalid) {
      return Optional.empty();
    }
  }

  private Optional<KeyHash> explicitHash(UserRecord.Part part) {
    return switch (settings.hashKey()) {
      case PARTITION_KEY -> Optional.empty();
      case EXPLICIT -> part.explicitHashKey().map(text -> hashKey(part, text));
    };
  }

  private static KeyHash hashKey(UserRecord.Part part, String text) {
    try {
      if (text.length() <= LONGEST_HASH_KEY) {
        return KeyHash.ofDecimal(text);
      }
    } catch (IllegalArgumentException notOne) {
      // The same error as for a text that is too long.
    }
    throw AggregatedRecordException.invalidHashKey(part, text);
  }

  /**
   * Lets the failure policy decide on a record that cannot be applied. Returns false if the batch
   * ends there.
   */
  public boolean reject(UserRecord record, Fault fault, Throwable cause) {
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

  public void stopBefore(UserRecord record, Fault fault, Throwable cause) {
    stop = Optional.of(new Stop(record, fault, cause, subtask.head().isolation()));
  }

  private void setAside(UserRecord record, Fault fault) {
    DeadLetter letter = deadLetters.store(subtask.id(), record, placement(record), fault.message());
    letters.add(letter);
    letterChars += letter.cause().length() + LETTER_OVERHEAD;
  }

  /** Returns where the record's state is kept, which decides how it can be sent again. */
  private DeadLetters.Placement placement(UserRecord record) {
    try {
      return switch (record) {
        case UserRecord.Plain plain -> placement(plain.kinesisRecord().partitionKey());
        case UserRecord.Part part -> {
          DeadLetters.Placement ofKey = placement(part.partitionKey());
          boolean isBound = ofKey.hashKey().isEmpty() && explicitHash(part).isPresent();
          yield isBound ? DeadLetters.Placement.BY_AGGREGATE : ofKey;
        }
        case UserRecord.Empty e -> DeadLetters.Placement.BY_KEY;
        case UserRecord.Malformed m -> DeadLetters.Placement.BY_KEY;
      };
    } catch (RecordFailedException | AggregatedRecordException none) {
      // The record was rejected for that reason.
      return DeadLetters.Placement.BY_KEY;
    }
  }

  private DeadLetters.Placement placement(String partitionKey) throws RecordFailedException {
    return new DeadLetters.Placement(subtask.operator().explicitHash(partitionKey), false);
  }

  private void pass(UserRecord record) {
    processed++;
    current = Optional.empty();
    position = record.position();
    if (first.isEmpty()) {
      first = Optional.of(record);
    }
    if (record.arrival().isAfter(latestArrival)) {
      latestArrival = record.arrival();
    }
  }

  /**
   * Journals the batch. Returns false if another writer has continued from the state with which it
   * began.
   */
  public boolean journal(Writer writer) {
    return journal(writer, Optional.empty());
  }

  /**
   * @param isolation the remaining search for the record that ends the process
   */
  public boolean journal(Writer writer, Optional<Isolation> isolation) {
    current = Optional.empty();
    if (first.isEmpty()) {
      return true;
    }
    Advance.Applied records =
        new Advance.Applied(
            first.get().sequenceNumber(),
            position,
            latestArrival,
            applied,
            letters,
            subtask.state().drain(),
            isolation);
    Advance advance = new Advance(ports, files, settings.inlineThresholdBytes(), subtask, records);
    if (session.append(subtask, advance, writer) != Result.COMMITTED) {
      return false;
    }
    isJournalled = true;
    if (!letters.isEmpty()) {
      ports.deadLetters().setAside(subtask.id(), letters);
    }
    return true;
  }
}
