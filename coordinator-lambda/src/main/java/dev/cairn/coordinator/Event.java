package dev.cairn.coordinator;

import dev.cairn.id.CheckpointId;
import dev.cairn.id.JobId;

/**
 * Why the coordinator runs. Each may come twice, late, or not at all: a tick does what a lost one
 * would have done.
 */
public sealed interface Event {
  JobId job();

  /** The schedule's: time has passed. */
  record Tick(JobId job) implements Event {}

  /** A subtask has answered a checkpoint. */
  record Acknowledged(JobId job, CheckpointId checkpoint) implements Event {}

  /** A user has asked for something on the job's item. */
  record Requested(JobId job) implements Event {}
}
