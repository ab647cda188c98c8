package dev.cairn.job;

import dev.cairn.id.CheckpointId;
import dev.cairn.id.JobId;
import dev.cairn.id.SubtaskId;

/**
 * What the table's stream tells the coordinator; at least once, in any order. Only a hint: it reads
 * the table before it acts.
 */
public sealed interface TableEvent {
  JobId job();

  record AcknowledgementWritten(JobId job, CheckpointId checkpoint, SubtaskId subtask)
      implements TableEvent {}

  /** A subtask has answered that it cannot store its state. */
  record CheckpointDeclined(JobId job, CheckpointId checkpoint) implements TableEvent {}

  /** A user has set an attribute in which requests are made. */
  record Requested(JobId job) implements TableEvent {}
}
