package dev.cairn.task.journalling;

import dev.cairn.checkpoint.FailureReason;
import dev.cairn.format.FormatException;
import dev.cairn.journal.OutcomeUnknownException;
import dev.cairn.operator.FunctionNotOpenedException;
import dev.cairn.operator.IncompatibleStateException;
import dev.cairn.operator.KeyOutsideRangeException;
import dev.cairn.operator.RecordFailedException;
import dev.cairn.operator.UnreadableStateException;
import dev.cairn.operator.UnwritableStateException;
import dev.cairn.storage.DamagedFileException;
import dev.cairn.storage.StorageException;
import dev.cairn.stream.AggregatedRecordException;
import dev.cairn.stream.StreamException;
import dev.cairn.task.ports.TaskException;
import dev.cairn.task.subtask.StateFiles.MissingFileException;

/** The classification of an error by its meaning for the shard; a pure function. */
public sealed interface Fault {

  /** Returns the error as a sentence for people. */
  String message();

  /** The shard cannot continue, which its journal must record. */
  record OfShard(FailureReason reason, String message) implements Fault {}

  /**
   * One record cannot be applied by any container. The failure policy decides on it.
   *
   * @param message names the key, and the cause once
   */
  record OfRecord(FailureReason reason, String message) implements Fault {}

  /**
   * The error is not recorded: the job must not run now, the process ends, or the table, in which a
   * failure would be recorded, does not respond.
   */
  record None(String message) implements Fault {}

  /** Classifies an error that ended an attempt, or the processing of one record. */
  static Fault of(Throwable error) {
    return switch (error) {
      case RecordFailedException e -> new OfRecord(FailureReason.USER_CODE, message(e));
      case AggregatedRecordException e -> new OfRecord(FailureReason.AGGREGATED_RECORD, message(e));
      case KeyOutsideRangeException e -> new OfRecord(FailureReason.KEY_OUTSIDE_SHARD, message(e));
      case OutcomeUnknownException e -> new None(message(e));
      case TaskException e ->
          e.reason()
              .<Fault>map(reason -> new OfShard(reason, message(e)))
              .orElseGet(() -> new None(message(e)));
      case DamagedFileException e -> new OfShard(FailureReason.DAMAGED, message(e));
      case MissingFileException e -> new OfShard(FailureReason.DAMAGED, message(e));
      case IncompatibleStateException e ->
          new OfShard(FailureReason.INCOMPATIBLE_STATE, message(e));
      case UnreadableStateException e -> new OfShard(FailureReason.INCOMPATIBLE_STATE, message(e));
      case FormatException e -> new OfShard(FailureReason.INCOMPATIBLE_STATE, message(e));
      case UnwritableStateException e -> new OfShard(FailureReason.USER_CODE, message(e));
      case FunctionNotOpenedException e -> new OfShard(FailureReason.USER_CODE, message(e));
      case StorageException e -> new OfShard(reason(e.kind()), message(e));
      case StreamException e -> new OfShard(FailureReason.NETWORK, message(e));
      case OutOfMemoryError e -> new OfShard(FailureReason.OUT_OF_MEMORY, e.toString());
      case LinkageError e -> new OfShard(FailureReason.CODE_NOT_LOADABLE, e.toString());
      case VirtualMachineError e -> new OfShard(FailureReason.UNEXPECTED, e.toString());
      case AssertionError e -> new OfShard(FailureReason.UNEXPECTED, e.toString());
      // Outside a user's code, only the end of the process throws other errors.
      case Error e -> new None(e.toString());
      default -> new OfShard(FailureReason.UNEXPECTED, error.toString());
    };
  }

  /** Returns the reason for a failure of the checkpoint storage. */
  static FailureReason reason(StorageException.Kind kind) {
    return switch (kind) {
      case REFUSED -> FailureReason.STORAGE;
      case UNREACHABLE -> FailureReason.NETWORK;
      case THROTTLED -> FailureReason.THROTTLED;
      case TOO_LARGE -> FailureReason.TOO_LARGE;
    };
  }

  private static String message(Throwable error) {
    return String.valueOf(error.getMessage());
  }
}
