package dev.cairn.checkpoint;

import dev.cairn.id.CheckpointId;
import dev.cairn.id.JobId;

/**
 * What the table's stream tells the coordinator; at least once, in any order. Only a hint: it reads
 * the table before it acts.
 */
public sealed interface TableEvent {
  JobId job();

  record AcknowledgementWritten(JobId job, CheckpointId checkpoint) implements TableEvent {}

  /** A user has set an attribute in which requests are made. */
  record Requested(JobId job) implements TableEvent {}
}
