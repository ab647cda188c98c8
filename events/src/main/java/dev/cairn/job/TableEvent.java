package dev.cairn.job;

import dev.cairn.id.CheckpointId;
import dev.cairn.id.JobId;
import dev.cairn.id.SubtaskId;

/**
 * An event of the table's stream for the coordinator, delivered at least once and in any order. It
 * is only a hint: the coordinator reads the table before it acts.
 */
public sealed interface TableEvent {
  JobId job();

  record AcknowledgementWritten(JobId job, CheckpointId checkpoint, SubtaskId subtask)
      implements TableEvent {}

  /** A subtask has declined a checkpoint. */
  record CheckpointDeclined(JobId job, CheckpointId checkpoint) implements TableEvent {}

  /** A user has set an attribute for requests. */
  record Requested(JobId job) implements TableEvent {}
}
