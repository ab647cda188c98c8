package dev.cairn.lambda;

import dev.cairn.checkpoint.FailureReason;
import dev.cairn.job.StorageMovedException;
import dev.cairn.operator.FunctionNotOpenedException;
import dev.cairn.task.Task;
import dev.cairn.task.ports.Deadline;
import dev.cairn.task.ports.TaskException;
import dev.cairn.task.ports.TaskPorts;
import dev.cairn.task.ports.TaskSettings;
import java.io.IOException;
import java.io.InputStream;

/**
 * Records in the journal of the invoked shard that its container cannot start. Otherwise the
 * mapping would send the batch forever, and neither the restart strategy nor {@code cairn status}
 * would see the failure. A shard without a journal is not opened for this.
 */
public final class StartFailureRecorder {
  private final TaskSettings settings;
  private final TaskPorts ports;
  private final OwnStream stream;

  /**
   * @param ports created from the deployment's settings alone, because the code's settings may be
   *     the cause
   * @param stream the job's stream; a batch of another stream is not a failure of the job's shards
   */
  public StartFailureRecorder(TaskSettings settings, TaskPorts ports, OwnStream stream) {
    this.settings = settings;
    this.ports = ports;
    this.stream = stream;
  }

  /**
   * Records the error. If it cannot be recorded, the reason is added to the error as suppressed.
   *
   * @param event the payload of the invocation
   */
  public void record(InputStream event, Throwable error, Deadline deadline) {
    Task<Object> task =
        new Task<>(
            settings,
            ports,
            () -> {
              throw thrown(error);
            });
    try {
      switch (KinesisEventReader.read(event)) {
        case KinesisBatch batch -> {
          stream.require(batch);
          task.wake(batch.shard(), deadline);
        }
        case InvocationEvent.Wake wake -> task.wake(wake.message(), deadline);
      }
    } catch (IOException | RuntimeException | LinkageError e) {
      if (e != error && e.getCause() != error) {
        error.addSuppressed(e);
      }
    }
  }

  /** Converts the error into the form that the task's classifier of faults knows. */
  private static RuntimeException thrown(Throwable error) {
    return switch (error) {
      case LinkageError e -> throw e;
      case FunctionNotLoadedException e ->
          new TaskException(FailureReason.CODE_NOT_LOADABLE, String.valueOf(e.getMessage()));
      case StorageMovedException e ->
          new TaskException(FailureReason.STORAGE, String.valueOf(e.getMessage()));
      default -> new FunctionNotOpenedException("the function cannot start: " + error, error);
    };
  }
}
