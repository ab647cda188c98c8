package dev.cairn.task;

import dev.cairn.checkpoint.Acknowledgement;
import dev.cairn.checkpoint.Job;
import dev.cairn.function.KeyedFunction;
import dev.cairn.heap.HeapState.Serialization;
import dev.cairn.heap.RecordFailedException;
import dev.cairn.heap.UnwritableStateException;
import dev.cairn.id.CheckpointId;
import dev.cairn.id.EntryId;
import dev.cairn.id.Position;
import dev.cairn.id.Revision;
import dev.cairn.id.SequenceNumber;
import dev.cairn.id.ShardId;
import dev.cairn.id.SubtaskId;
import dev.cairn.journal.Entry;
import dev.cairn.journal.Entry.Advanced;
import dev.cairn.journal.Entry.DeadLetter;
import dev.cairn.journal.Entry.Header;
import dev.cairn.journal.Entry.Writer;
import dev.cairn.journal.Journal.Append;
import dev.cairn.journal.OutcomeUnknownException;
import dev.cairn.state.Change;
import dev.cairn.state.Counts;
import dev.cairn.state.Payload;
import dev.cairn.state.StateSchema;
import dev.cairn.storage.Layout;
import dev.cairn.storage.StorageException;
import dev.cairn.stream.Shard;
import dev.cairn.stream.StreamRecord;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/**
 * The task of one container: applies batches of records to keyed state, exactly once, whatever container each of them reaches.
 *
 * <p>Its memory is a cache of the journal. Each invocation first reads what the journal has gained, and ends with one conditional
 * append; whoever loses that append has done nothing. Not thread-safe: a container runs one invocation at a time.
 */
public final class Task<E> {
  private static final int ATTEMPTS = 5;

  private final TaskSettings settings;
  private final TaskPorts ports;
  private final TaskDecisions decisions;
  private final SubtaskCache<E> cache;
  private final StateFiles files;
  private final Replay replay;
  private final DeadLetters deadLetters;
  private final SubtaskLoader<E> loader;
  // Shards on which the function has left a value that cannot be stored; it may well do so again.
  private final Set<ShardId> suspects = new HashSet<>();

  /**
   * @param function makes the user's function, once for each subtask and whenever its state is loaded anew
   */
  public Task(
      TaskSettings settings,
      TaskPorts ports,
      Supplier<? extends KeyedFunction<E>> function,
      TaskDecisions decisions,
      SubtaskCache<E> cache) {
    this.settings = settings;
    this.ports = ports;
    this.decisions = decisions;
    this.cache = cache;
    this.files = new StateFiles(ports.storage(), ports.checksum(), decisions);
    this.replay = new Replay(ports.stream(), decisions);
    this.deadLetters = new DeadLetters(ports.storage(), ports.clock());
    this.loader =
        new SubtaskLoader<>(
            ports.journal(),
            files,
            decisions,
            function,
            shard -> suspects.contains(shard) ? Serialization.AT_ONCE : Serialization.AT_DRAIN);
  }

  public Task(TaskSettings settings, TaskPorts ports, Supplier<? extends KeyedFunction<E>> function) {
    this(settings, ports, function, new TaskDecisions(), new SubtaskCache<>());
  }

  /** A batch from the mapping. */
  public BatchResult run(Records batch, Deadline deadline) {
    RereadableBatch records = new RereadableBatch(batch);
    return attempt(
        batch.shard(),
        () -> {
          records.rewind();
          return serve(records, deadline);
        });
  }

  private BatchResult serve(Records batch, Deadline deadline) {
    ShardId shard = batch.shard();
    StreamRecord first = batch.next();
    Subtask<E> subtask = open(shard);
    boolean ours = answerTrigger(subtask, Writer.MAPPING) && closeGap(subtask, Writer.MAPPING, deadline);
    if (!ours) {
      cache.discard(shard);
      return new BatchResult.RetryFrom(first.sequenceNumber());
    }
    if (subtask.head().hasGap()) {
      return new BatchResult.RetryFrom(first.sequenceNumber());
    }
    return apply(subtask, first, batch, deadline);
  }

  /** A wake by the coordinator: there may be a checkpoint to answer or a gap to close, and no record to say so. */
  public void wake(ShardId shard, Deadline deadline) {
    boolean ours = attempt(shard, () -> serveWake(shard, deadline));
    if (!ours) {
      cache.discard(shard);
    }
  }

  private boolean serveWake(ShardId shard, Deadline deadline) {
    Optional<Subtask<E>> found = current(settings.subtask(shard));
    return found.isEmpty()
        || (answerTrigger(found.get(), Writer.WAKE) && closeGap(found.get(), Writer.WAKE, deadline));
  }

  /**
   * Does the work, and once more if a value that the function left cannot be stored: the second time each value is serialized as soon as
   * it is left, so that the very record fails and the policy has its say. Otherwise the same batch would fail for ever.
   */
  private <T> T attempt(ShardId shard, Supplier<T> work) {
    try {
      return work.get();
    } catch (UnwritableStateException e) {
      cache.discard(shard);
      if (!suspects.add(shard)) {
        throw e;
      }
    } catch (Throwable e) {
      // What is in memory may be half of something, also after an error of the machine's.
      cache.discard(shard);
      throw e;
    }
    return attempt(shard, work);
  }

  private Subtask<E> open(ShardId shard) {
    SubtaskId id = settings.subtask(shard);
    for (int attempt = 1; attempt <= ATTEMPTS; attempt++) {
      Optional<Subtask<E>> found = current(id);
      if (found.isPresent()) {
        return found.get();
      }
      Entry.Opened opened = firstEntry(id);
      try {
        ports.journal().open(id, opened);
      } catch (OutcomeUnknownException e) {
        // The journal tells, at the next turn.
      }
    }
    throw new TaskException(
        id + " could not be opened in " + ATTEMPTS + " attempts: its job is being restored, or the table does not"
            + " answer; the mapping will try again");
  }

  private Entry.Opened firstEntry(SubtaskId id) {
    Job job =
        ports
            .checkpoints()
            .job(id.job())
            .orElseThrow(
                () ->
                    new TaskException(
                        "job " + id.job() + " has no item in the table: it is created when the job is deployed; check the"
                            + " job's name and the table's"));
    Shard shard =
        ports.stream().shards().stream()
            .filter(listed -> listed.id().equals(id.shard()))
            .findFirst()
            .orElseThrow(() -> new TaskException(id.shard() + " is not a shard of the stream that this task reads"));
    if (!shard.parents().isEmpty()) {
      throw new TaskException(
          shard.id() + " came from " + shard.parents() + " by a split or a merge, and resharding is not supported: its"
              + " state lies with its parents; nothing of it was applied. Use a stream with a fixed number of shards");
    }
    return new Entry.Opened(
        new Header(
            new Revision(1),
            ports.ids().get(),
            Optional.empty(),
            job.epoch(),
            Position.BEGINNING,
            Position.BEGINNING,
            Optional.empty(),
            Counts.NONE,
            Writer.MAPPING,
            ports.clock().instant(),
            Optional.empty()),
        new dev.cairn.state.Origin(settings.start(), shard.range()));
  }

  /** The subtask at its journal's head, from memory where that is enough; empty if it was never opened. */
  private Optional<Subtask<E>> current(SubtaskId id) {
    Optional<Subtask<E>> subtask = loader.current(id, cache.find(id.shard()));
    subtask.ifPresent(current -> cache.keep(id.shard(), current));
    return subtask;
  }

  /** Stores the state for the checkpoint that was asked for, if one was. False when another writer went on from this state. */
  private boolean answerTrigger(Subtask<E> subtask, Writer writer) {
    while (subtask.trigger().isPresent()) {
      CheckpointId checkpoint = subtask.trigger().get();
      EntryId attempt = ports.ids().get();
      Header head = subtask.head();
      StateFiles.Snapshot snapshot;
      try {
        snapshot =
            files.writeSnapshot(
                subtask, attempt, Layout.state(subtask.id(), checkpoint, head.revision(), attempt));
      } catch (StorageException e) {
        decline(subtask.id(), checkpoint, e);
        return true;
      }
      Entry.Snapshotted entry =
          new Entry.Snapshotted(
              head.next(attempt, writer, ports.clock().instant()).with(checkpoint),
              checkpoint,
              subtask.origin(),
              snapshot.handle(),
              dev.cairn.state.Channels.EMPTY);
      Acknowledgement.Acknowledged acknowledgement =
          new Acknowledgement.Acknowledged(
              subtask.id(),
              checkpoint,
              Optional.of(snapshot.stateFile()),
              snapshot.fullSizeBytes(),
              snapshot.incrementalSizeBytes());
      switch (append(subtask, entry, () -> appendSnapshot(subtask.id(), entry, acknowledgement))) {
        case COMMITTED -> subtask.adopt(entry);
        case LOST -> {
          return false;
        }
        case REBASE, NOT_THERE -> {
          // A later checkpoint was asked for meanwhile: answer that one.
        }
      }
    }
    return true;
  }

  private Append appendSnapshot(SubtaskId id, Entry.Snapshotted entry, Acknowledgement.Acknowledged acknowledgement) {
    Append both = ports.journal().append(id, entry, acknowledgement);
    return both == Append.ACKNOWLEDGED_ALREADY ? ports.journal().append(id, entry) : both;
  }

  private void decline(SubtaskId id, CheckpointId checkpoint, StorageException cause) {
    try {
      ports.checkpoints().acknowledge(
          new Acknowledgement.Declined(id, checkpoint, "its state could not be stored: " + cause.getMessage()));
    } catch (OutcomeUnknownException e) {
      // The checkpoint times out instead.
    }
  }

  /**
   * Applies again what was applied before a restore, up to the frontier, as far as time allows. False when another writer went on
   * from this state.
   */
  private boolean closeGap(Subtask<E> subtask, Writer writer, Deadline deadline) {
    while (subtask.head().hasGap() && hasTime(deadline)) {
      List<StreamRecord> records =
          replay.next(subtask.id().shard(), subtask.origin(), subtask.head(), settings.replayLimit());
      Position frontier = subtask.head().frontier();
      Work work = new Work(subtask);
      for (StreamRecord record : records) {
        if (!work.position().isBefore(frontier)) {
          break;
        }
        if (frontier.isBefore(record.sequenceNumber())) {
          throw new TaskException(
              subtask.id() + " cannot be replayed: record " + frontier + " was applied once and is no longer in the"
                  + " stream; restore a later checkpoint");
        }
        if (!work.apply(record)) {
          break;
        }
      }
      if (!work.journal(writer) || !answerTrigger(subtask, writer)) {
        return false;
      }
      if (work.failure().isPresent()) {
        throw new TaskException(
            subtask.id() + " cannot be replayed past record " + work.failed() + ": the function failed on it; deploy one"
                + " that does not, or set the failure policy to DEAD_LETTER",
            work.failure().get());
      }
      materializeIfDue(subtask, writer);
    }
    return true;
  }

  private BatchResult apply(Subtask<E> subtask, StreamRecord first, Iterator<StreamRecord> rest, Deadline deadline) {
    Work work = new Work(subtask);
    Optional<SequenceNumber> retryFrom = Optional.empty();
    SequenceNumber last = first.sequenceNumber();
    StreamRecord record = first;
    while (true) {
      last = record.sequenceNumber();
      if (decisions.admits(work.position(), last) && (!hasTime(deadline) || !work.apply(record))) {
        retryFrom = Optional.of(last);
        break;
      }
      if (!rest.hasNext()) {
        break;
      }
      record = rest.next();
    }
    if (!work.journal(Writer.MAPPING) || !answerTrigger(subtask, Writer.MAPPING)) {
      cache.discard(subtask.id().shard());
      return new BatchResult.RetryFrom(first.sequenceNumber());
    }
    materializeIfDue(subtask, Writer.MAPPING);
    if (retryFrom.isPresent()) {
      return new BatchResult.RetryFrom(retryFrom.get());
    }
    // Success moves the mapping's cursor for good, so it is answered only for what the journal was seen to hold.
    if (subtask.head().position().isBefore(last)) {
      throw new IllegalStateException(subtask.id() + " is at " + subtask.head().position() + ", before record " + last);
    }
    return new BatchResult.Done();
  }

  private boolean hasTime(Deadline deadline) {
    Duration left = deadline.remaining();
    return left.compareTo(settings.margin()) > 0;
  }

  /** Writes a base of the task's own, so that the journal stays short also without checkpoints. */
  private void materializeIfDue(Subtask<E> subtask, Writer writer) {
    if (subtask.deltasSinceBase() < settings.materializeAfterEntries()
        && subtask.deltaBytesSinceBase() < settings.materializeAfterBytes()) {
      return;
    }
    EntryId attempt = ports.ids().get();
    StateFiles.Snapshot snapshot;
    try {
      snapshot =
          files.writeSnapshot(
              subtask, attempt, Layout.state(subtask.id(), subtask.head().revision(), attempt));
    } catch (StorageException e) {
      // Nothing depends on this base: the next invocation tries again.
      return;
    }
    Header header = subtask.head().next(attempt, writer, ports.clock().instant());
    Entry.Materialized entry =
        new Entry.Materialized(header, subtask.origin(), snapshot.handle(), dev.cairn.state.Channels.EMPTY);
    switch (append(subtask, entry, () -> ports.journal().append(subtask.id(), entry))) {
      case COMMITTED -> subtask.adopt(entry);
      // The batch is journalled all the same; what came between is read by the next invocation.
      case LOST -> cache.discard(subtask.id().shard());
      case REBASE, NOT_THERE -> {}
    }
  }

  /**
   * Appends an entry made from the state in memory. After a REBASE the subtask knows the triggers that came between, and the entry has
   * to be made again; a COMMITTED entry is for the caller to adopt.
   */
  private TaskDecisions.Outcome append(Subtask<E> subtask, Entry entry, Supplier<Append> put) {
    for (int attempt = 1; attempt <= ATTEMPTS; attempt++) {
      if (appended(put)) {
        return TaskDecisions.Outcome.COMMITTED;
      }
      List<Entry> found = ports.journal().after(subtask.id(), subtask.head().revision());
      if (!decisions.continues(subtask.head(), found)) {
        return TaskDecisions.Outcome.LOST;
      }
      TaskDecisions.Outcome outcome = decisions.outcome(entry.header().id(), found);
      if (outcome == TaskDecisions.Outcome.REBASE) {
        for (Entry between : found) {
          if (between instanceof Entry.Triggered triggered) {
            subtask.adopt(triggered);
          }
        }
      }
      if (outcome != TaskDecisions.Outcome.NOT_THERE) {
        return outcome;
      }
    }
    throw new TaskException(
        subtask.id() + " revision " + entry.revision() + " could not be appended in " + ATTEMPTS
            + " attempts: the table does not answer; the mapping will try again");
  }

  private static boolean appended(Supplier<Append> put) {
    try {
      return put.get() == Append.APPENDED;
    } catch (OutcomeUnknownException e) {
      return false;
    }
  }

  /** Records that are applied in memory and not yet in the journal. */
  private final class Work {
    private final Subtask<E> subtask;
    private final List<DeadLetter> letters = new ArrayList<>();
    private Position position;
    private long applied;
    private Optional<SequenceNumber> first = Optional.empty();
    private Optional<SequenceNumber> failed = Optional.empty();
    private Optional<Throwable> failure = Optional.empty();

    Work(Subtask<E> subtask) {
      this.subtask = subtask;
      this.position = subtask.head().position();
    }

    Position position() {
      return position;
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
          case DEAD_LETTER -> letters.add(deadLetters.store(subtask.id(), record, e));
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
      EntryId attempt = ports.ids().get();
      Position from = subtask.head().position();
      List<Change> changes = subtask.state().drain();
      List<StateSchema> states = subtask.newSchemas();
      Payload delta = files.writeDelta(subtask, attempt, changes, settings.inlineThresholdBytes());
      while (true) {
        Header header =
            subtask
                .head()
                .next(attempt, writer, ports.clock().instant())
                .at(position, first.get(), subtask.head().counts().plus(applied, letters.size()));
        Advanced entry = Advanced.of(header, from, delta, states, letters);
        switch (append(subtask, entry, () -> ports.journal().append(subtask.id(), entry))) {
          case COMMITTED -> {
            subtask.adopt(entry, changes);
            return true;
          }
          case REBASE, NOT_THERE -> {}
          case LOST -> {
            return false;
          }
        }
      }
    }
  }
}
