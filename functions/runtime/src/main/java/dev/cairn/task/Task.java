package dev.cairn.task;

import dev.cairn.checkpoint.FailureReason;
import dev.cairn.function.KeyedFunction;
import dev.cairn.operator.FunctionNotOpenedException;
import dev.cairn.backend.heap.HeapStateBackend;
import dev.cairn.operator.Serialization;
import dev.cairn.operator.IncompatibleStateException;
import dev.cairn.operator.UnwritableStateException;
import dev.cairn.id.Position;
import dev.cairn.id.SequenceNumber;
import dev.cairn.id.ShardId;
import dev.cairn.id.SubtaskId;
import dev.cairn.journal.Entry;
import dev.cairn.journal.Entry.Header;
import dev.cairn.journal.Entry.Writer;
import dev.cairn.journal.Isolation;
import dev.cairn.journal.OutcomeUnknownException;
import dev.cairn.storage.StorageException;
import dev.cairn.stream.StreamException;
import dev.cairn.stream.StreamRecord;
import dev.cairn.task.FailureReports.Report;
import dev.cairn.task.Stepwise.Blame;
import dev.cairn.task.Stepwise.Outcome;
import dev.cairn.task.TaskSettings.FailurePolicy;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/**
 * The task of one container: applies batches of records to keyed state, exactly once, whatever
 * container each of them reaches.
 *
 * <p>Its memory is a cache of the journal. Each invocation first reads what the journal has gained,
 * and ends with one conditional append; whoever loses that append has done nothing. Not
 * thread-safe: a container runs one invocation at a time.
 */
public final class Task<E> {
  private static final int ATTEMPTS = 5;
  // Enough to halve the largest batch down to one record, and to set a few aside.
  private static final int MOST_CAREFUL_ATTEMPTS = 32;

  private final TaskSettings settings;
  private final TaskPorts ports;
  private final TaskDecisions decisions;
  private final SubtaskCache<E> cache;
  private final StateFiles files;
  private final Appender appender;
  private final Declines declines;
  private final Snapshots snapshots;
  private final FirstEntry firstEntry;
  private final Replay replay;
  private final QuietProgress quietProgress;
  private final MissingRecords missingRecords;
  private final DeadLetters deadLetters;
  private final FailureReports failures;
  private final Stepwise<E> stepwise;
  private final SubtaskLoader<E> loader;
  // Shards on which the function has left a value that cannot be stored; it may well do so again.
  private final Set<ShardId> suspects = new HashSet<>();
  // The subtask of this invocation, once it is loaded: what fails then fails at its head.
  private Optional<Subtask<E>> atWork = Optional.empty();
  // The records of this invocation that are not journalled yet.
  private Optional<UncommittedBatch<E>> inWork = Optional.empty();
  // The records that this invocation was given; empty if it was woken.
  private Optional<RereadableBatch> given = Optional.empty();
  // The record that an earlier attempt of this invocation could not apply.
  private Optional<Blame> blamed = Optional.empty();
  // Whether this invocation has dropped all states after an OutOfMemoryError.
  private boolean hasMadeRoom;

  /**
   * @param function makes the user's function, once for each subtask and whenever its state is
   *     loaded anew
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
    this.appender = new Appender(ports.journal(), decisions);
    this.declines = new Declines(ports);
    this.snapshots = new Snapshots(settings, ports, files, appender, declines, decisions, cache);
    this.firstEntry = new FirstEntry(settings, ports, decisions);
    this.replay = new Replay(ports.stream(), decisions, ports.clock());
    this.quietProgress = new QuietProgress(ports, appender);
    this.missingRecords = new MissingRecords(ports.stream(), decisions, ports.clock());
    this.deadLetters = new DeadLetters(ports.storage(), ports.clock());
    this.failures = new FailureReports(ports, decisions);
    this.stepwise = new Stepwise<>(settings, ports, decisions, appender, this::begin);
    this.loader =
        new SubtaskLoader<>(
            ports.journal(),
            files,
            decisions,
            function,
            HeapStateBackend::new,
            shard -> suspects.contains(shard) ? Serialization.AT_ONCE : Serialization.AT_DRAIN,
            cache::makeRoom);
  }

  /** A task whose cache may take its share of this process's heap. */
  public Task(
      TaskSettings settings, TaskPorts ports, Supplier<? extends KeyedFunction<E>> function) {
    this(
        settings,
        ports,
        function,
        new TaskDecisions(),
        new SubtaskCache<>(StateMemory.ofHeap(Runtime.getRuntime().maxMemory())));
  }

  /** How much of the heap the largest state takes that this container has in memory. */
  public Optional<StateMemory.Usage> largestState() {
    return cache.largest();
  }

  /** A batch from the mapping. */
  public BatchResult run(Records batch, Deadline deadline) {
    RereadableBatch records = new RereadableBatch(batch);
    given = Optional.of(records);
    try {
      return attempt(
          batch.shard(),
          Writer.MAPPING,
          deadline,
          () -> {
            records.rewind();
            return serve(records, deadline);
          });
    } finally {
      given = Optional.empty();
    }
  }

  private BatchResult serve(RereadableBatch batch, Deadline deadline) {
    ShardId shard = batch.shard();
    Subtask<E> subtask = open(shard);
    StreamRecord first = batch.next();
    snapshots.weighTrigger(subtask, wasCutOff(subtask, first, deadline), deadline);
    Position before = subtask.head().position();
    if (!closeGap(subtask, Writer.MAPPING, deadline)) {
      return lost(subtask, first.sequenceNumber());
    }
    if (!mayApply(subtask) || !decisions.isReplayed(subtask.head())) {
      return answerTriggerAfterGap(subtask, before, Writer.MAPPING, deadline)
          ? new BatchResult.RetryFrom(first.sequenceNumber())
          : lost(subtask, first.sequenceNumber());
    }
    requireNoneMissing(subtask, first);
    if (subtask.head().isolation().isPresent() || blamed.isPresent()) {
      return applyInSteps(subtask, batch.all(), deadline);
    }
    batch.rewind();
    return apply(subtask, batch, deadline);
  }

  private void requireNoneMissing(Subtask<E> subtask, StreamRecord first) {
    Optional<String> lost = missingRecords.before(subtask.id().shard(), subtask.head(), first);
    if (lost.isPresent()) {
      throw new TaskException(FailureReason.RECORDS_LOST, lost.get());
    }
  }

  /**
   * Whether an earlier invocation for this batch, or for this gap, applied records after the
   * trigger and reached its time-out before its snapshot was stored. The mapping has one invocation
   * of a shard at a time. One that ended sooner has ended for another reason, and the next one may
   * well store the snapshot; so has one that a record is looked for that ends the process.
   */
  private boolean wasCutOff(Subtask<?> subtask, StreamRecord first, Deadline deadline) {
    boolean isRedelivered = !subtask.head().position().isBefore(first.sequenceNumber());
    if (!subtask.hasAdvancedSinceTrigger()
        || subtask.head().isolation().isPresent()
        || !(isRedelivered || subtask.head().hasGap())) {
      return false;
    }
    Duration since =
        Duration.between(subtask.lastAdvancedAt().orElseThrow(), ports.clock().instant());
    return since.multipliedBy(2).compareTo(deadline.remaining()) >= 0;
  }

  /**
   * A wake by the coordinator: there may be a checkpoint to answer or a gap to close, and no record
   * to say so.
   */
  public void wake(ShardId shard, Deadline deadline) {
    boolean ours = attempt(shard, Writer.WAKE, deadline, () -> serveWake(shard, deadline));
    if (!ours) {
      cache.discard(shard);
    }
  }

  private boolean serveWake(ShardId shard, Deadline deadline) {
    Optional<Subtask<E>> found = current(settings.subtask(shard));
    if (found.isEmpty()) {
      return true;
    }
    snapshots.weighTrigger(found.get(), false, deadline);
    Position before = found.get().head().position();
    return closeGap(found.get(), Writer.WAKE, deadline)
        && answerTriggerAfterGap(found.get(), before, Writer.WAKE, deadline);
  }

  /**
   * A gap that did not become smaller has to, before a snapshot is taken: the invocation may end
   * there, and so may the next one.
   */
  private boolean answerTriggerAfterGap(
      Subtask<E> subtask, Position before, Writer writer, Deadline deadline) {
    boolean isStuck =
        mayApply(subtask) && subtask.head().hasGap() && subtask.head().position().equals(before);
    return isStuck || snapshots.answerTrigger(subtask, writer, deadline);
  }

  /**
   * Does the work, and again with more care if that may help. Whatever else stops the shard is
   * recorded as a failure, where it happened.
   */
  private <T> T attempt(ShardId shard, Writer writer, Deadline deadline, Supplier<T> work) {
    blamed = Optional.empty();
    hasMadeRoom = false;
    for (int attempt = 1; ; attempt++) {
      atWork = Optional.empty();
      inWork = Optional.empty();
      try {
        T result = work.get();
        cache.grown(shard);
        return result;
      } catch (Throwable e) {
        boolean again =
            attempt < MOST_CAREFUL_ATTEMPTS && hasTime(deadline) && takesMoreCare(shard, writer, e);
        if (!again) {
          fail(shard, writer, e);
          throw e;
        }
      } finally {
        atWork = Optional.empty();
        inWork = Optional.empty();
      }
    }
  }

  /**
   * Whether the next attempt of this invocation may get further. A value that cannot be stored
   * fails its own record if each value is serialized as soon as it is left. What does not fit into
   * memory may fit without the other shards' states. What does not fit into memory then, or into
   * the storage, may fit in smaller steps; if a single record is left, it is to blame.
   */
  private boolean takesMoreCare(ShardId shard, Writer writer, Throwable error) {
    return switch (error) {
      case UnwritableStateException e when suspects.add(shard) -> {
        cache.discard(shard);
        yield true;
      }
      case UnwritableStateException e -> narrows(shard, writer, e);
      case OutOfMemoryError e when !hasMadeRoom -> {
        hasMadeRoom = true;
        Optional<Header> at = atWork.map(Subtask::head);
        atWork = Optional.empty();
        inWork = Optional.empty();
        cache.clear();
        at.ifPresent(head -> beginAgain(shard, head, writer));
        yield true;
      }
      case OutOfMemoryError e -> narrows(shard, writer, e);
      case StorageException e when e.kind() == StorageException.Kind.TOO_LARGE ->
          narrows(shard, writer, e);
      default -> false;
    };
  }

  /**
   * The step that this invocation had announced may be announced again. Otherwise its next attempt
   * would wait for an invocation that it takes for another one.
   */
  private void beginAgain(ShardId shard, Header head, Writer writer) {
    if (head.isolation().orElse(null) instanceof Isolation.Begun(int records, Instant until)) {
      failures.narrow(settings.subtask(shard), head, records, writer);
    }
  }

  /** Whether the next attempt takes smaller steps, or knows which record is to blame. */
  private boolean narrows(ShardId shard, Writer writer, Throwable error) {
    Optional<Narrowing> narrowing = inWork.flatMap(work -> Narrowing.of(work, Fault.of(error)));
    if (narrowing.isEmpty() || atWork.isEmpty()) {
      return false;
    }
    Header at = atWork.get().head();
    // After an OutOfMemoryError there is room to go on only without the state.
    atWork = Optional.empty();
    inWork = Optional.empty();
    cache.discard(shard);
    switch (narrowing.get()) {
      case Narrowing.Steps(int records) ->
          failures.narrow(settings.subtask(shard), at, records, writer);
      case Narrowing.Record(SequenceNumber record, Fault.OfRecord fault) ->
          blamed = Optional.of(new Blame(record, fault, error));
    }
    return true;
  }

  /** Forgets the state, which may be half of something, and records what stopped the shard. */
  private void fail(ShardId shard, Writer writer, Throwable error) {
    Optional<Header> at = atWork.<Header>map(Subtask::head).or(loader::lastRead);
    atWork = Optional.empty();
    inWork = Optional.empty();
    if (error instanceof OutOfMemoryError) {
      // There is room to say so only without the states.
      cache.clear();
      if (!hasMadeRoom) {
        // There was no time to try without the other shards' states: the next invocation does.
        return;
      }
    }
    cache.discard(shard);
    if (at.isEmpty()) {
      // Without a journal there is nothing to record it in.
      return;
    }
    switch (Fault.of(error)) {
      case Fault.OfShard(FailureReason reason, String message) ->
          reportOfShard(shard, at.get(), reason, message, writer, error);
      case Fault.OfRecord(FailureReason reason, String message) ->
          reportOfShard(shard, at.get(), reason, message, writer, error);
      case Fault.None n -> {}
    }
  }

  private void reportOfShard(
      ShardId shard,
      Header at,
      FailureReason reason,
      String message,
      Writer writer,
      Throwable error) {
    report(
        Report.ofShard(settings.subtask(shard), at, reason, message, waiting(at)), writer, error);
  }

  /** The record right after the position, if this invocation was given it. */
  private Optional<SequenceNumber> waiting(Header at) {
    if (at.hasGap() || given.isEmpty()) {
      return Optional.empty();
    }
    RereadableBatch batch = given.get();
    try {
      batch.rewind();
      while (batch.hasNext()) {
        SequenceNumber record = batch.next().sequenceNumber();
        if (decisions.admits(at.position(), record)) {
          return Optional.of(record);
        }
      }
    } catch (RuntimeException unreadable) {
      // A batch that cannot be read is what failed, and says nothing of its records.
    }
    return Optional.empty();
  }

  /** What keeps the failure from being recorded must not hide the failure. */
  private void report(Report report, Writer writer, Throwable error) {
    try {
      failures.report(report, writer);
    } catch (RuntimeException e) {
      error.addSuppressed(e);
    }
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
        id
            + " could not be opened in "
            + ATTEMPTS
            + " attempts: its job is being restored, or the table does not"
            + " answer; the mapping will try again");
  }

  /** A shard without a journal cannot say why it stands still; the subtask with its state does. */
  private Entry.Opened firstEntry(SubtaskId id) {
    try {
      return firstEntry.of(id);
    } catch (StateElsewhereException e) {
      e.holder().ifPresent(holder -> reportAt(holder, e));
      throw new TaskException(String.valueOf(e.getMessage()), e);
    }
  }

  private void reportAt(SubtaskId holder, StateElsewhereException refused) {
    List<Entry> journal = ports.journal().fromLastBase(holder);
    if (!journal.isEmpty()) {
      report(
          Report.ofShard(
              holder,
              journal.getLast().header(),
              FailureReason.RESHARDED,
              String.valueOf(refused.getMessage()),
              Optional.empty()),
          Writer.MAPPING,
          refused);
    }
  }

  /**
   * The subtask at its journal's head, from memory where that is enough; empty if it was never
   * opened.
   */
  private Optional<Subtask<E>> current(SubtaskId id) {
    Optional<Subtask<E>> subtask;
    try {
      subtask = loader.current(id, cache.find(id.shard()));
    } catch (IncompatibleStateException
        | FunctionNotOpenedException
        | TaskException
        | LinkageError e) {
      // Until other code is deployed, every invocation ends here.
      declines.declineAny(
          id, FailureReason.DECLINED, "its state cannot be loaded: " + e.getMessage());
      throw e;
    }
    subtask.ifPresent(current -> cache.keep(id.shard(), current));
    atWork = subtask;
    return subtask;
  }

  /**
   * Applies again what was applied before a restore, up to the frontier, as far as time allows.
   * False when another writer went on from this state.
   */
  private boolean closeGap(Subtask<E> subtask, Writer writer, Deadline deadline) {
    Duration forSnapshot = forSnapshot(subtask, deadline);
    Position before = subtask.head().position();
    while (mayApply(subtask) && subtask.head().hasGap() && hasTime(deadline)) {
      List<StreamRecord> records;
      switch (replayed(subtask, before, deadline)) {
        case Replay.Next.Records next -> records = next.records();
        case Replay.Next.OutOfTime(Optional<Instant> quietUntil) -> {
          return quietUntil.isEmpty() || quietProgress.journal(subtask, quietUntil.get(), writer);
        }
      }
      Position frontier = subtask.head().frontier();
      if (subtask.head().isolation().isPresent() || blamed.isPresent()) {
        return closeGapInSteps(subtask, upTo(subtask, records), writer, deadline);
      }
      UncommittedBatch<E> work = begin(subtask);
      for (StreamRecord record : records) {
        if (!work.position().isBefore(frontier)) {
          break;
        }
        requireUpTo(subtask, record);
        // At least one in each step: a gap closes, however slow the function is.
        if ((work.hasApplied() && !hasTime(deadline)) || work.isFull() || !work.apply(record)) {
          break;
        }
      }
      boolean answers = work.stop().isPresent() || isSnapshotDue(subtask, deadline, forSnapshot);
      if (!work.journal(writer)
          || (answers && !snapshots.answerTrigger(subtask, writer, deadline))) {
        return false;
      }
      if (work.stop().isPresent()) {
        throw recorded(subtask, work.stop().get(), "cannot be replayed past record ", writer);
      }
      if (!snapshots.materializeIfDue(subtask, writer, deadline)) {
        return false;
      }
    }
    return true;
  }

  /**
   * Reads on in a replay. Kinesis refuses a shard for seconds after a large page, which is no
   * failure of an invocation that has applied that page: the next one goes on.
   */
  private Replay.Next replayed(Subtask<E> subtask, Position before, Deadline deadline) {
    try {
      return replay.next(
          subtask.id().shard(), subtask.head(), settings.replayLimit(), () -> hasTime(deadline));
    } catch (StreamException e) {
      if (subtask.head().position().equals(before)) {
        throw e;
      }
      return new Replay.Next.OutOfTime(Optional.empty());
    }
  }

  private static void requireUpTo(Subtask<?> subtask, StreamRecord record) {
    Position frontier = subtask.head().frontier();
    if (frontier.isBefore(record.sequenceNumber())) {
      throw new TaskException(
          FailureReason.REPLAY_IMPOSSIBLE,
          subtask.id()
              + " cannot be replayed: record "
              + frontier
              + " was applied once and is no longer in the"
              + " stream; restore a later checkpoint");
    }
  }

  /** Of what was read for a replay, what belongs to it; at least one record. */
  private static List<StreamRecord> upTo(Subtask<?> subtask, List<StreamRecord> records) {
    requireUpTo(subtask, records.getFirst());
    return records.stream()
        .filter(record -> !subtask.head().frontier().isBefore(record.sequenceNumber()))
        .toList();
  }

  /** One page of a replay at most: the next invocation goes on. */
  private boolean closeGapInSteps(
      Subtask<E> subtask, List<StreamRecord> records, Writer writer, Deadline deadline) {
    Position before = subtask.head().position();
    Outcome outcome = stepwise.apply(subtask, records, blamed, writer, deadline);
    if (outcome instanceof Outcome.Lost) {
      return false;
    }
    if (outcome instanceof Outcome.StoppedBefore stopped && stopped.stop().isPresent()) {
      if (!snapshots.answerTrigger(subtask, writer, deadline)) {
        return false;
      }
      throw recorded(subtask, stopped.stop().get(), "cannot be replayed past record ", writer);
    }
    return subtask.head().position().equals(before)
        || snapshots.materializeIfDue(subtask, writer, deadline);
  }

  /** Applies a batch of a shard in which a record may end the process. */
  private BatchResult applyInSteps(
      Subtask<E> subtask, List<StreamRecord> batch, Deadline deadline) {
    SequenceNumber first = batch.getFirst().sequenceNumber();
    List<StreamRecord> waiting =
        batch.stream()
            .filter(record -> decisions.admits(subtask.head().position(), record.sequenceNumber()))
            .toList();
    return switch (stepwise.apply(subtask, waiting, blamed, Writer.MAPPING, deadline)) {
      case Outcome.Lost l -> lost(subtask, first);
      case Outcome.Applied a ->
          finish(
              subtask,
              first,
              batch.getLast().sequenceNumber(),
              Optional.empty(),
              Optional.empty(),
              !waiting.isEmpty(),
              deadline);
      case Outcome.StoppedBefore stopped ->
          finish(
              subtask,
              first,
              batch.getLast().sequenceNumber(),
              Optional.of(stopped.record()),
              stopped.stop(),
              stopped.hasApplied(),
              deadline);
    };
  }

  /**
   * How much of an invocation's time records leave for a snapshot: half of it, where one is asked
   * for. Records come first because an invocation may end while it stores a snapshot, and so may
   * the next one.
   */
  private Duration forSnapshot(Subtask<?> subtask, Deadline deadline) {
    return subtask.trigger().isPresent()
        ? deadline.remaining().dividedBy(2)
        : settings.margin().multipliedBy(2);
  }

  private static boolean isSnapshotDue(Subtask<?> subtask, Deadline deadline, Duration time) {
    return subtask.trigger().isPresent() && deadline.remaining().compareTo(time) <= 0;
  }

  private BatchResult apply(Subtask<E> subtask, RereadableBatch batch, Deadline deadline) {
    Duration forSnapshot = forSnapshot(subtask, deadline);
    Position before = subtask.head().position();
    StreamRecord record = batch.next();
    SequenceNumber first = record.sequenceNumber();
    UncommittedBatch<E> work = begin(subtask);
    Optional<SequenceNumber> retryFrom = Optional.empty();
    while (true) {
      SequenceNumber next = record.sequenceNumber();
      if (decisions.admits(work.position(), next)) {
        boolean isDue = work.hasApplied() && isSnapshotDue(subtask, deadline, forSnapshot);
        if (isDue || work.isFull()) {
          if (!work.journal(Writer.MAPPING)
              || (isDue && !snapshots.answerTrigger(subtask, Writer.MAPPING, deadline))) {
            return lost(subtask, first);
          }
          work = begin(subtask);
        }
        if (!hasTime(deadline) || !work.apply(record)) {
          retryFrom = Optional.of(next);
          break;
        }
      }
      if (!batch.hasNext()) {
        break;
      }
      record = batch.next();
    }
    if (!work.journal(Writer.MAPPING)) {
      return lost(subtask, first);
    }
    return finish(
        subtask,
        first,
        record.sequenceNumber(),
        retryFrom,
        work.stop(),
        !subtask.head().position().equals(before),
        deadline);
  }

  /**
   * What follows the records of a batch, once they are journalled.
   *
   * @param retryFrom the first record that is not journalled; empty if all are
   * @param stop why that record cannot be applied; empty if only time is lacking
   */
  private BatchResult finish(
      Subtask<E> subtask,
      SequenceNumber first,
      SequenceNumber last,
      Optional<SequenceNumber> retryFrom,
      Optional<UncommittedBatch.Stop> stop,
      boolean hasApplied,
      Deadline deadline) {
    // A batch without a new record is only confirmed. An invocation that ended while it stored the
    // state would be repeated with the same batch, and would end there again.
    if (retryFrom.isPresent() || hasApplied) {
      if (!snapshots.answerTrigger(subtask, Writer.MAPPING, deadline)) {
        return lost(subtask, first);
      }
      if (!snapshots.materializeIfDue(subtask, Writer.MAPPING, deadline)) {
        // The batch is journalled all the same; what came after it is read by the next invocation.
        cache.discard(subtask.id().shard());
      }
    }
    if (stop.isPresent()) {
      RuntimeException stopped =
          recorded(subtask, stop.get(), "cannot apply record ", Writer.MAPPING);
      if (!hasApplied) {
        // An error of the invocation rather than of an item: only so does the cause reach whoever
        // has to act.
        throw stopped;
      }
    }
    if (retryFrom.isPresent()) {
      return new BatchResult.RetryFrom(retryFrom.get());
    }
    // Success moves the mapping's cursor for good, so it is answered only for what the journal was
    // seen to hold.
    if (subtask.head().position().isBefore(last)) {
      throw new IllegalStateException(
          subtask.id() + " is at " + subtask.head().position() + ", before record " + last);
    }
    return new BatchResult.Done();
  }

  /** Records why the work stopped before a record, and says so in an exception. */
  private TaskException recorded(
      Subtask<E> subtask, UncommittedBatch.Stop stop, String cannot, Writer writer) {
    String what = "record " + stop.record() + ": " + stop.fault().message();
    TaskException exception =
        new TaskException(
            subtask.id() + " " + cannot + stop.record() + ": " + stop.fault().message(),
            stop.cause());
    switch (stop.fault()) {
      case Fault.OfRecord(FailureReason reason, String message) -> {
        boolean isTriedAlone = Stepwise.mayHaveAnotherCause(reason);
        Optional<Isolation> isolation =
            isTriedAlone ? Optional.of(new Isolation.Steps(1)) : Optional.empty();
        report(
            new Report(
                subtask.id(),
                subtask.head(),
                reason,
                what,
                Optional.of(stop.record()),
                stop.attempt(),
                isolation,
                Optional.of(stop.record()),
                !isTriedAlone || settings.failurePolicy() == FailurePolicy.FAIL),
            writer,
            exception);
      }
      case Fault.OfShard(FailureReason reason, String message) ->
          report(
              Report.ofShard(
                  subtask.id(), subtask.head(), reason, what, Optional.of(stop.record())),
              writer,
              exception);
      case Fault.None n -> {}
    }
    return exception;
  }

  private BatchResult lost(Subtask<E> subtask, SequenceNumber first) {
    cache.discard(subtask.id().shard());
    return new BatchResult.RetryFrom(first);
  }

  private boolean mayApply(Subtask<E> subtask) {
    return decisions.mayApply(subtask.head(), ports.clock().instant());
  }

  private boolean hasTime(Deadline deadline) {
    Duration left = deadline.remaining();
    return left.compareTo(settings.margin()) > 0;
  }

  private UncommittedBatch<E> begin(Subtask<E> subtask) {
    UncommittedBatch<E> work =
        new UncommittedBatch<>(settings, ports, files, appender, deadLetters, subtask, cache);
    inWork = Optional.of(work);
    return work;
  }
}
