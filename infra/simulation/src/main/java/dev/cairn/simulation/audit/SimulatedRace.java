package dev.cairn.simulation.audit;

/** The races that can happen in a run: events at the same time that may disturb each other. */
public enum SimulatedRace {
  AN_ENTRY_WAS_THERE_ALREADY_ITS_ANSWER_LOST("an entry was there already, its answer lost"),
  A_USER_ACCEPTED_WHAT_A_FORGOTTEN_SHARD_HAD("a user accepted what a forgotten shard had"),
  A_DEPLOYMENT_WAS_ROLLED_BACK("a deployment was rolled back"),
  A_JOB_WAS_UPGRADED_UNDER_LOAD("a job was upgraded under load"),
  A_NEW_RELEASE_WAS_DEPLOYED("a new release was deployed"),
  A_POSITION_WITHIN_AN_AGGREGATE("a position within an aggregate"),
  A_REPLAY_STOPPED_IN_A_QUIET_STRETCH("a replay stopped in a quiet stretch"),
  A_RESTORE_BEFORE_THE_LAST_ONES_GAP_WAS_CLOSED("a restore before the last one's gap was closed"),
  A_RESTORE_ONTO_A_STREAM_AS_IF_IT_WERE_ANOTHER("a restore onto a stream as if it were another"),
  A_RESTORE_TO_WITHIN_AN_AGGREGATE("a restore to within an aggregate"),
  A_RESTORE_WITH_A_GAP_AFTER_A_REPLAY_THAT_WAS_IMPOSSIBLE(
      "a restore with a gap after a replay that was impossible"),
  A_SAVEPOINT_CLAIMED("a savepoint claimed"),
  A_CLOSED_SUBTASK_RETIRED("a closed subtask was retired"),
  A_RETIRED_SUBTASK_RESTORED("a retired subtask took part in a restore"),
  A_SHARD_BEGUN_ANEW("a shard begun anew"),
  A_SHARD_BEGUN_ANEW_OPENED_FOR_IT("a shard begun anew, opened for it"),
  A_SHARD_RESTORED_WITH_A_GAP("a shard restored with a gap"),
  A_SHARD_WENT_ON_WITHOUT_RECORDS_THAT_HAD_EXPIRED(
      "a shard went on without records that had expired"),
  A_SNAPSHOT_FOR_A_CHECKPOINT_THAT_IS_NO_LONGER_PENDING(
      "a snapshot for a checkpoint that is no longer pending"),
  A_STEP_OF_A_REPLAY("a step of a replay"),
  A_TASKS_APPEND_CAME_AFTER_A_TRIGGER("a task's append came after a trigger"),
  A_TASK_LOST_ITS_APPEND("a task lost its append"),
  CHECKPOINT_REQUESTED_WHILE_A_COLLECTOR_HAD_LISTED_THE_FILES(
      "checkpoint requested while a collector had listed the files"),
  COMMAND_DURING_A_CHECKPOINT("a command during a checkpoint: "),
  COMMAND_WHILE_THE_JOB_IS_BETWEEN_TWO_STATES("command while the job is between two states"),
  ENTRIES_EXPIRED_BELOW_A_WARM_CONTAINERS_REVISION(
      "entries expired below a warm container's revision"),
  ENTRIES_EXPIRED_WHILE_A_CONTAINER_WAS_AWAKE("entries expired while a container was awake"),
  RECORDS_JOURNALLED_BETWEEN_A_TRIGGER_AND_ITS_SNAPSHOT(
      "records journalled between a trigger and its snapshot"),
  RESTORED_TO_NOTHING("restored to nothing"),
  RESTORE_BY_PATH("restore by path of what is "),
  RESTORE_BY_PATH_WHILE_IT_IS_DISPOSED_OF("restore by path while it is disposed of"),
  RESTORE_OF_THE_OLDEST_CHECKPOINT_RIGHT_AFTER_A_COMMIT(
      "restore of the oldest checkpoint right after a commit"),
  RESTORE_REQUESTED_DURING_A_CHECKPOINT("restore requested during a checkpoint"),
  RESTORE_REQUESTED_DURING_A_REPLAY("restore requested during a replay"),
  RESTORE_REQUESTED_DURING_A_RESTORE("restore requested during a restore"),
  RESTORE_REQUESTED_WHILE_A_COLLECTOR_SLEPT("restore requested while a collector slept"),
  RESTORE_REQUESTED_WHILE_A_SHARD_WAS_BEING_OPENED(
      "restore requested while a shard was being opened"),
  SEVERAL_CHECKPOINTS_PENDING_AT_ONCE("several checkpoints pending at once"),
  THE_COORDINATOR_LOST_AN_APPEND("the coordinator lost an append"),
  THE_EARLIER_RELEASE_MET_A_JOB_THAT_WAS_UPGRADED(
      "the earlier release met a job that was upgraded"),
  THE_JOB_FAILED_OF_ITSELF("the job failed of itself");

  /** Begins the name of each when it is counted. */
  static final String PREFIX = "race: ";

  private final String label;

  SimulatedRace(String label) {
    this.label = label;
  }

  /** The name under which it is counted. */
  public String key() {
    return PREFIX + label;
  }

  /** The name under which one kind of it is counted. */
  public String key(String detail) {
    return key() + detail;
  }
}
