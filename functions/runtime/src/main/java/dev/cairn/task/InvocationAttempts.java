package dev.cairn.task;

import dev.cairn.checkpoint.FailureReason;
import dev.cairn.id.SequenceNumber;
import dev.cairn.id.SubtaskId;
import dev.cairn.journal.Entry.Header;
import dev.cairn.journal.Isolation;
import dev.cairn.operator.UnwritableStateException;
import dev.cairn.storage.StorageException;
import dev.cairn.task.FailureRecorder.Report;
import dev.cairn.task.StepwiseApplication.BlamedRecord;
import dev.cairn.task.journalling.Fault;
import dev.cairn.task.ports.TaskDecisions;
import dev.cairn.task.ports.TaskSettings;
import dev.cairn.task.subtask.Subtask;
import dev.cairn.task.subtask.SubtaskCache;
import java.time.Instant;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Does the work of an invocation, and again with more care if that may help. Whatever else stops
 * the shard is recorded as a failure, where it happened.
 */
final class InvocationAttempts<E> {
  // Enough to halve the largest batch down to one record, and to set a few aside.
  private static final int MOST_ATTEMPTS = 32;

  private final TaskSettings settings;
  private final TaskDecisions decisions;
  private final SubtaskCache<E> cache;
  private final EagerlySerializedShards careful;
  private final FailureRecorder failures;
  private final Supplier<Optional<Header>> lastRead;

  /**
   * @param lastRead the journal's head as the invocation read it, also if loading the state failed
   */
  InvocationAttempts(
      TaskSettings settings,
      TaskDecisions decisions,
      SubtaskCache<E> cache,
      EagerlySerializedShards careful,
      FailureRecorder failures,
      Supplier<Optional<Header>> lastRead) {
    this.settings = settings;
    this.decisions = decisions;
    this.cache = cache;
    this.careful = careful;
    this.failures = failures;
    this.lastRead = lastRead;
  }

  <T> T run(Invocation<E> invocation, Supplier<T> work) {
    for (int attempt = 1; ; attempt++) {
      invocation.resetAttempt();
      try {
        T result = work.get();
        cache.fitIntoHeap(invocation.shard());
        return result;
      } catch (Throwable e) {
        boolean again =
            attempt < MOST_ATTEMPTS && invocation.hasTime() && takesMoreCare(invocation, e);
        if (!again) {
          fail(invocation, e);
          throw e;
        }
      } finally {
        invocation.resetAttempt();
      }
    }
  }

  /**
   * Whether the next attempt of this invocation may get further. A value that cannot be stored
   * fails its own record if each value is serialized as soon as it is left. What does not fit into
   * memory may fit without the other shards' states. What does not fit into memory then, or into
   * the storage, may fit in smaller steps; if a single record is left, it is to blame.
   */
  private boolean takesMoreCare(Invocation<E> invocation, Throwable error) {
    return switch (error) {
      case UnwritableStateException e when careful.add(invocation.shard()) -> {
        cache.discard(invocation.shard());
        yield true;
      }
      case UnwritableStateException e -> narrows(invocation, e);
      case OutOfMemoryError e when !invocation.hasDroppedAll() -> {
        invocation.dropAll();
        Optional<Header> at = invocation.subtask().map(Subtask::head);
        invocation.resetAttempt();
        cache.clear();
        at.ifPresent(head -> beginAgain(invocation, head));
        yield true;
      }
      case OutOfMemoryError e -> narrows(invocation, e);
      case StorageException e when e.kind() == StorageException.Kind.TOO_LARGE ->
          narrows(invocation, e);
      default -> false;
    };
  }

  /**
   * The step that this invocation had announced may be announced again. Otherwise its next attempt
   * would wait for an invocation that it takes for another one.
   */
  private void beginAgain(Invocation<E> invocation, Header head) {
    if (head.isolation().orElse(null) instanceof Isolation.Begun(int records, Instant until)) {
      failures.narrow(subtask(invocation), head, records, invocation.writer());
    }
  }

  /** Whether the next attempt takes smaller steps, or knows which record is to blame. */
  private boolean narrows(Invocation<E> invocation, Throwable error) {
    Optional<ReducedAttempt> narrowing =
        invocation.work().flatMap(work -> ReducedAttempt.of(work, Fault.of(error)));
    if (narrowing.isEmpty() || invocation.subtask().isEmpty()) {
      return false;
    }
    Header at = invocation.subtask().get().head();
    // After an OutOfMemoryError there is room to go on only without the state.
    invocation.resetAttempt();
    cache.discard(invocation.shard());
    switch (narrowing.get()) {
      case ReducedAttempt.Steps(int records) ->
          failures.narrow(subtask(invocation), at, records, invocation.writer());
      case ReducedAttempt.Record(SequenceNumber record, Fault.OfRecord fault) ->
          invocation.blames(new BlamedRecord(record, fault, error));
    }
    return true;
  }

  /** Forgets the state, which may be half of something, and records what stopped the shard. */
  private void fail(Invocation<E> invocation, Throwable error) {
    Optional<Header> at = invocation.subtask().<Header>map(Subtask::head).or(lastRead);
    invocation.resetAttempt();
    if (error instanceof OutOfMemoryError) {
      // There is room to say so only without the states.
      cache.clear();
      if (!invocation.hasDroppedAll()) {
        // There was no time to try without the other shards' states: the next invocation does.
        return;
      }
    }
    cache.discard(invocation.shard());
    if (at.isEmpty()) {
      // Without a journal there is nothing to record it in.
      return;
    }
    switch (Fault.of(error)) {
      case Fault.OfShard(FailureReason reason, String message) ->
          report(invocation, at.get(), reason, message, error);
      case Fault.OfRecord(FailureReason reason, String message) ->
          report(invocation, at.get(), reason, message, error);
      case Fault.None n -> {}
    }
  }

  private void report(
      Invocation<E> invocation, Header at, FailureReason reason, String message, Throwable error) {
    Optional<SequenceNumber> waiting =
        at.hasGap()
            ? Optional.empty()
            : invocation.firstRecord(record -> decisions.admits(at.position(), record));
    failures.reportBeside(
        error,
        Report.ofShard(subtask(invocation), at, reason, message, waiting),
        invocation.writer());
  }

  private SubtaskId subtask(Invocation<E> invocation) {
    return settings.subtask(invocation.shard());
  }
}
