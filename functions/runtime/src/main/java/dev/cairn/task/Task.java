package dev.cairn.task;

import dev.cairn.backend.heap.HeapStateBackend;
import dev.cairn.function.KeyedFunction;
import dev.cairn.id.Position;
import dev.cairn.id.ShardId;
import dev.cairn.id.SubtaskId;
import dev.cairn.job.WakeMessage;
import dev.cairn.job.WakeMessage.Purpose;
import dev.cairn.stream.UserRecord;
import dev.cairn.task.journalling.Declines;
import dev.cairn.task.journalling.JournalSession;
import dev.cairn.task.ports.BatchResult;
import dev.cairn.task.ports.Deadline;
import dev.cairn.task.ports.RecordBatch;
import dev.cairn.task.ports.TaskDecisions;
import dev.cairn.task.ports.TaskPorts;
import dev.cairn.task.ports.TaskSettings;
import dev.cairn.task.subtask.Found;
import dev.cairn.task.subtask.StateFiles;
import dev.cairn.task.subtask.StateMemory;
import dev.cairn.task.subtask.Subtask;
import dev.cairn.task.subtask.SubtaskCache;
import dev.cairn.task.subtask.SubtaskLoader;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * The task of one container: applies batches of records to keyed state, exactly once, whatever
 * container each of them reaches.
 *
 * <p>The memory of a task is a cache of the journal. Each invocation first reads the journal's new
 * entries, and ends with one conditional append; if it loses that append, it has changed nothing.
 * Not thread-safe: a container runs one invocation at a time.
 */
public final class Task<E> {
  private final TaskSettings settings;
  private final TaskDecisions decisions;
  private final SubtaskCache<E> cache;
  private final InvocationAttempts<E> attempts;
  private final SubtaskLoader<E> loader;
  private final SubtaskOpening<E> opening;
  private final Snapshots snapshots;
  private final GapReplay<E> gaps;
  private final MissingRecords missingRecords;
  private final BatchApplication<E> batches;

  /**
   * @param function creates the user's function, once for each subtask and whenever its state is
   *     loaded again
   */
  public Task(
      TaskSettings settings,
      TaskPorts ports,
      Supplier<? extends KeyedFunction<E>> function,
      TaskDecisions decisions,
      SubtaskCache<E> cache) {
    this.settings = settings;
    this.decisions = decisions;
    this.cache = cache;
    StateFiles files = new StateFiles(ports.storage(), ports.checksum(), decisions);
    JournalSession session = new JournalSession(ports, decisions, cache);
    Declines declines = new Declines(ports);
    FailureRecorder failures = new FailureRecorder(settings, ports, session);
    UncommittedBatches<E> work = new UncommittedBatches<>(settings, ports, files, session);
    this.snapshots = new Snapshots(settings, ports, files, session, declines, decisions, cache);
    StepwiseApplication<E> stepwise =
        new StepwiseApplication<>(ports, decisions, session, work, snapshots);
    this.missingRecords = new MissingRecords(ports.stream(), decisions, ports.clock());
    this.gaps =
        new GapReplay<>(
            settings,
            ports,
            decisions,
            session,
            work,
            stepwise,
            snapshots,
            failures,
            missingRecords);
    this.batches =
        new BatchApplication<>(
            decisions, cache, work, stepwise, snapshots, failures, missingRecords);
    EagerlySerializedShards careful = new EagerlySerializedShards();
    this.loader =
        new SubtaskLoader<>(
            ports.journal(),
            files,
            decisions,
            function,
            HeapStateBackend::new,
            careful::serialization,
            cache::makeRoom);
    this.opening =
        new SubtaskOpening<>(
            settings,
            ports,
            decisions,
            cache,
            loader,
            session,
            declines,
            failures,
            (shard, deadline) -> wake(new WakeMessage(shard, Purpose.DRAIN), deadline));
    this.attempts =
        new InvocationAttempts<>(settings, decisions, cache, careful, failures, loader::lastRead);
  }

  /** Creates a task whose cache may take its share of this process's heap. */
  public Task(
      TaskSettings settings, TaskPorts ports, Supplier<? extends KeyedFunction<E>> function) {
    this(
        settings,
        ports,
        function,
        new TaskDecisions(),
        new SubtaskCache<>(StateMemory.ofHeap(Runtime.getRuntime().maxMemory())));
  }

  /** Returns how much of the heap the largest state in this container takes. */
  public Optional<StateMemory.Usage> largestState() {
    return cache.largest();
  }

  /** Processes a batch from the mapping. */
  public BatchResult run(RecordBatch batch, Deadline deadline) {
    RereadableBatch records = new RereadableBatch(batch);
    Invocation<E> invocation = Invocation.ofBatch(records, deadline, settings.margin());
    return attempts.run(
        invocation,
        () -> {
          records.rewind();
          return process(invocation, records);
        });
  }

  private BatchResult process(Invocation<E> invocation, RereadableBatch batch) {
    Found<E> found = opening.open(invocation);
    UserRecord first = batch.next();
    if (found instanceof Found.Closed<E>) {
      return new BatchResult.Done();
    }
    if (!(found instanceof Found.Live<E>(Subtask<E> subtask))) {
      return new BatchResult.RetryFrom(first.sequenceNumber());
    }
    snapshots.checkPendingTrigger(invocation, subtask, Optional.of(first));
    Position before = subtask.head().position();
    if (!gaps.close(invocation, subtask)) {
      return batches.lostAppend(subtask, first.sequenceNumber());
    }
    if (!gaps.mayApply(subtask) || !decisions.isReplayed(subtask.head())) {
      return acknowledgeAfterGap(invocation, subtask, before)
          ? new BatchResult.RetryFrom(first.sequenceNumber())
          : batches.lostAppend(subtask, first.sequenceNumber());
    }
    missingRecords.requireNone(subtask, first.kinesisRecord());
    if (subtask.head().isolation().isPresent() || invocation.blamed().isPresent()) {
      return batches.applyInSteps(invocation, subtask, batch.all());
    }
    batch.rewind();
    return batches.apply(invocation, subtask, batch);
  }

  /** Processes a wake by the coordinator: there may be work, and no record to say so. */
  public void wake(WakeMessage message, Deadline deadline) {
    Invocation<E> invocation = Invocation.ofWake(message, deadline, settings.margin());
    boolean ours = attempts.run(invocation, () -> processWake(invocation));
    if (!ours) {
      cache.discard(message.shard());
    }
  }

  /**
   * Processes a wake by the coordinator: acknowledges a checkpoint or closes a gap on a shard
   * without new records.
   */
  public void wake(ShardId shard, Deadline deadline) {
    wake(new WakeMessage(shard, Purpose.PENDING_WORK), deadline);
  }

  private boolean processWake(Invocation<E> invocation) {
    Found<E> found =
        switch (invocation.purpose()) {
          case PENDING_WORK -> opening.find(invocation);
          case OPEN, DRAIN -> opening.open(invocation);
        };
    return switch (found) {
      case Found.Live<E>(Subtask<E> subtask) -> processWake(invocation, subtask);
      case Found.Closed<E> closed -> {
        acknowledgeClosed(invocation, closed);
        yield true;
      }
      case Found.Unopened<E> u -> true;
      case Found.Nowhere<E> n -> true;
      case Found.Waiting<E> w -> true;
    };
  }

  private boolean processWake(Invocation<E> invocation, Subtask<E> subtask) {
    snapshots.checkPendingTrigger(invocation, subtask, Optional.empty());
    Position before = subtask.head().position();
    return gaps.close(invocation, subtask)
        && acknowledgeAfterGap(invocation, subtask, before)
        && (invocation.purpose() != Purpose.DRAIN || gaps.drain(invocation, subtask));
  }

  /** A checkpoint whose files stand alone needs the state of a closed shard once more. */
  private void acknowledgeClosed(Invocation<E> invocation, Found.Closed<E> closed) {
    SubtaskId id = settings.subtask(invocation.shard());
    // Later triggers leave no trace in the journal of a closed shard, and once it is retired, its
    // files are gone.
    if (closed.trigger().filter(trigger -> !snapshots.isOver(id, trigger)).isPresent()) {
      Subtask<E> subtask = loader.load(id, closed);
      snapshots.checkPendingTrigger(invocation, subtask, Optional.empty());
      if (subtask.trigger().isPresent()) {
        snapshots.acknowledgeClosed(invocation, subtask);
      }
    }
  }

  /**
   * The gap must become smaller before a snapshot is taken, because this invocation may end during
   * the snapshot, and so may the next one.
   */
  private boolean acknowledgeAfterGap(
      Invocation<E> invocation, Subtask<E> subtask, Position before) {
    boolean isStuck =
        gaps.mayApply(subtask)
            && subtask.head().hasGap()
            && subtask.head().position().equals(before);
    return isStuck || snapshots.acknowledge(invocation, subtask);
  }
}
