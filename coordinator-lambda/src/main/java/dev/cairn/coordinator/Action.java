package dev.cairn.coordinator;

import dev.cairn.checkpoint.Checkpoint;
import dev.cairn.checkpoint.Failure;
import dev.cairn.coordinator.checkpointing.SubtaskRequest;
import dev.cairn.coordinator.journals.JournalTail;
import dev.cairn.coordinator.ports.Announcement;
import dev.cairn.id.SubtaskId;
import dev.cairn.job.Halt;
import dev.cairn.job.JobStatus;
import dev.cairn.job.Restoration;
import dev.cairn.state.StartPosition;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;

/**
 * An action of the coordinator, planned by {@link JobPlan}. The write that performs an action is
 * conditional on the view from which it was planned, so an action that no longer applies changes
 * nothing.
 */
public sealed interface Action {

  /**
   * Adds missing lines to the job's history.
   *
   * @param failing the subtasks that fail, by name; empty while nothing is applied
   */
  record RecordHistory(Optional<SortedMap<String, Failure>> failing) implements Action {}

  /** Publishes an announcement. */
  record Announce(Announcement announcement) implements Action {}

  /**
   * Brings the job to another status, in one transaction that aborts the pending checkpoints.
   *
   * @param announcement what is announced once the job has moved
   */
  record Move(JobStatus to, List<Checkpoint.Pending> aborting, Optional<Announcement> announcement)
      implements Action {}

  /**
   * Lets a stopping job run again, because its savepoint failed.
   *
   * @param why the reason, for the user
   */
  record ContinueWithoutSavepoint(String why) implements Action {}

  /** Restores the job to the newest checkpoint that passes every check, or fails the job. */
  record Recover(List<JournalTail> damaged) implements Action {}

  /** Triggers a checkpoint, and if that succeeds requests each subtask's part of it. */
  record Begin(Checkpoint.Pending pending, List<SubtaskRequest> requests) implements Action {}

  /** Requests the parts of a pending checkpoint that are missing. */
  record RequestAcks(Checkpoint.Pending pending, List<SubtaskRequest> requests) implements Action {}

  /** Invokes tasks that have records to apply again and are not at work. */
  record Wake(List<SubtaskId> subtasks) implements Action {}

  /**
   * Invokes the tasks of shards that a split or a merge concerns, and that no record may reach.
   *
   * @param opened those that can be opened
   * @param drained those that are closed and not applied to their end
   */
  record Reshard(List<SubtaskId> opened, List<SubtaskId> drained) implements Action {}

  /** Appends the halt to every journal, disables the mapping, and completes the move. */
  record Suspend(Halt to) implements Action {}

  /** Appends the resumption to every journal, enables the mapping, and completes the move. */
  record Resume(boolean acceptsGap) implements Action {}

  /** Appends the restored state to every journal, enables the mapping, and lets tasks replay. */
  record Restore(Restoration from) implements Action {}

  /**
   * Enables or disables the mapping as the job's status requires, and checks it for problems.
   *
   * @param starts where the job's subtasks began; empty if none is known
   */
  record KeepMapping(boolean on, Set<StartPosition> starts) implements Action {}

  /** Looks for records that end the process of their task. */
  record FindStuckShards() implements Action {}

  /** Deletes dead letters that are older than the job's retention for them. */
  record DeleteExpiredLetters() implements Action {}

  /** Deletes files that nothing refers to, and lets entries below the bases expire. */
  record Collect() implements Action {}

  /** Discards all checkpoints of a cancelled job except savepoints, and collects their files. */
  record DeleteCheckpoints() implements Action {}
}
