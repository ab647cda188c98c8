package dev.cairn.lambda;

import dev.cairn.task.Task;
import dev.cairn.task.ports.BatchResult;
import dev.cairn.task.ports.Deadline;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Optional;

/**
 * Connects Lambda to the task of one container: reads the bytes of an event, runs the task, and
 * writes the bytes of the response.
 */
public final class TaskEndpoint {
  private final Task<?> task;
  private final OwnStream stream;

  /** Creates an endpoint that accepts only the stream of its first batch. */
  public TaskEndpoint(Task<?> task) {
    this(task, OwnStream.ofFirstBatch());
  }

  public TaskEndpoint(Task<?> task, OwnStream stream) {
    this.task = task;
    this.stream = stream;
  }

  /**
   * Handles one invocation. An exception fails the invocation, and the mapping sends the batch
   * again.
   *
   * @throws MalformedEventException if the event is neither a batch of one shard nor a wake
   * @throws ForeignStreamException if the batch comes from another stream than the job's
   */
  public void handle(InputStream event, OutputStream output, Deadline deadline) throws IOException {
    switch (KinesisEventReader.read(event)) {
      case KinesisBatch batch -> {
        stream.require(batch);
        responseTo(task.run(batch, deadline)).writeTo(output);
      }
      case InvocationEvent.Wake wake -> {
        task.wake(wake.message(), deadline);
        new BatchResponse(Optional.empty()).writeTo(output);
      }
    }
  }

  private static BatchResponse responseTo(BatchResult result) {
    return switch (result) {
      case BatchResult.Done d -> new BatchResponse(Optional.empty());
      case BatchResult.RetryFrom retry -> new BatchResponse(Optional.of(retry.record()));
    };
  }
}
