package dev.cairn.job;

/**
 * A problem of the event source mapping that feeds a job's task.
 *
 * @param message the problem, its effect on the job, and what to do
 */
public record MappingProblem(Kind kind, String message) {

  /** The setting or the state of the mapping that causes the problem. */
  public enum Kind {
    /** {@code FilterCriteria}: records never reach the task, and a replay applies them. */
    FILTERED,
    /** {@code MaximumRetryAttempts} or {@code MaximumRecordAgeInSeconds}: records are discarded. */
    DISCARDS,
    /** No {@code ReportBatchItemFailures}: records that must be sent again are lost. */
    WHOLE_BATCH,
    /** {@code TumblingWindowInSeconds}: invocations have another form, and some have no records. */
    WINDOWED,
    /** {@code ParallelizationFactor} above 1: batches of a shard overtake each other. */
    PARALLEL,
    /** {@code BisectBatchOnFunctionError}: failed batches are sent again in parts. */
    BISECTS,
    /** {@code StartingPosition}: the mapping and the task begin at different records. */
    STARTS_ELSEWHERE,
    /** More than one mapping feeds the task from the job's stream. */
    ANOTHER_MAPPING,
    /** The mapping was disabled although the job runs. */
    DISABLED,
    /** Lambda reports that the mapping does not work. */
    BROKEN,
    /**
     * The state is unknown: Lambda does not report it, or the coordinator has no permission to read
     * or change the mapping.
     */
    UNREADABLE
  }

  /** Whether a replay would apply other records than the mapping has delivered. */
  public boolean changesWhatIsReplayed() {
    return kind == Kind.FILTERED;
  }
}
