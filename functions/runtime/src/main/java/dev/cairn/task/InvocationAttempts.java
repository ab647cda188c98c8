package dev.cairn.task;

import dev.cairn.checkpoint.FailureReason;
import dev.cairn.id.SequenceNumber;
import dev.cairn.id.SubtaskId;
import dev.cairn.journal.Entry.Header;
import dev.cairn.journal.Isolation;
import dev.cairn.operator.UnwritableStateException;
import dev.cairn.storage.StorageException;
import dev.cairn.stream.UserRecord;
import dev.cairn.task.FailureRecorder.Report;
import dev.cairn.task.StepwiseApplication.BlamedRecord;
import dev.cairn.task.journalling.Fault;
import dev.cairn.task.ports.TaskDecisions;
import dev.cairn.task.ports.TaskSettings;
import dev.cairn.task.subtask.Subtask;
import dev.cairn.task.subtask.SubtaskCache;
import java.time.Instant;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * Runs the work of an invocation, and repeats it more carefully if that may help. Any other error
 * is recorded as a failure of the shard at its head.
 */
final class InvocationAttempts<E> {
  // Enough attempts to halve the largest batch down to one record, and to write a few dead letters.
  private static final int MOST_ATTEMPTS = 32;

  private final TaskSettings settings;
  private final TaskDecisions decisions;
  private final SubtaskCache<E> cache;
  private final EagerlySerializedShards careful;
  private final FailureRecorder failures;
  private final Function<SubtaskId, Optional<Header>> lastRead;

  /**
   * @param lastRead the journal's head that the invocation read, also if loading the state failed
   */
  InvocationAttempts(
      TaskSettings settings,
      TaskDecisions decisions,
      SubtaskCache<E> cache,
      EagerlySerializedShards careful,
      FailureRecorder failures,
      Function<SubtaskId, Optional<Header>> lastRead) {
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
   * Whether the next attempt of this invocation may succeed. With immediate serialization, a value
   * that cannot be stored fails only its own record. Work that does not fit into memory may fit
   * without the other shards' states. If it still does not fit, or not into the storage, it may fit
   * in smaller steps; if a single record is left, that record is the cause.
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
   * Clears the step that this invocation has announced. Otherwise its next attempt would wait for
   * the invocation of that step, which is itself.
   */
  private void beginAgain(Invocation<E> invocation, Header head) {
    if (head.isolation().orElse(null) instanceof Isolation.Begun(int records, Instant until)) {
      failures.narrow(subtask(invocation), head, records, invocation.writer());
    }
  }

  /** Whether the next attempt uses smaller steps, or the faulty record is known. */
  private boolean narrows(Invocation<E> invocation, Throwable error) {
    Optional<ReducedAttempt> narrowing =
        invocation.work().flatMap(work -> ReducedAttempt.of(work, Fault.of(error)));
    if (narrowing.isEmpty() || invocation.subtask().isEmpty()) {
      return false;
    }
    Header at = invocation.subtask().get().head();
    // After an OutOfMemoryError the memory suffices only without the state.
    invocation.resetAttempt();
    cache.discard(invocation.shard());
    switch (narrowing.get()) {
      case ReducedAttempt.Steps(int records) ->
          failures.narrow(subtask(invocation), at, records, invocation.writer());
      case ReducedAttempt.Record(UserRecord record, Fault.OfRecord fault) ->
          invocation.blames(new BlamedRecord(record.position(), fault, error));
    }
    return true;
  }

  /** Discards the state, which may be incomplete, and records the failure. */
  private void fail(Invocation<E> invocation, Throwable error) {
    Optional<Header> at =
        invocation
            .subtask()
            .<Header>map(Subtask::head)
            .or(() -> lastRead.apply(subtask(invocation)));
    invocation.resetAttempt();
    if (error instanceof OutOfMemoryError) {
      // The memory suffices for the record only without the states.
      cache.clear();
      if (!invocation.hasDroppedAll()) {
        // The time was too short to try without the other shards' states; the next invocation does.
        return;
      }
    }
    cache.discard(invocation.shard());
    if (at.isEmpty()) {
      // Without a journal the failure cannot be recorded.
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
