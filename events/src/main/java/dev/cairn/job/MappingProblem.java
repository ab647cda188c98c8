package dev.cairn.job;

/**
 * What is wrong with the event source mapping that feeds a job's task.
 *
 * @param message what is wrong, what it does to the job, and what to do
 */
public record MappingProblem(Kind kind, String message) {

  /** The setting, or the state of the mapping, that is at fault. */
  public enum Kind {
    /** {@code FilterCriteria}: records never reach the task, and a replay applies them. */
    FILTERED,
    /** {@code MaximumRetryAttempts} or {@code MaximumRecordAgeInSeconds}: records are given up. */
    DISCARDS,
    /** No {@code ReportBatchItemFailures}: records that the task has to be sent again are lost. */
    WHOLE_BATCH,
    /** {@code TumblingWindowInSeconds}: invocations of another form, and of no records. */
    WINDOWED,
    /** {@code ParallelizationFactor} above 1: batches of a shard overtake each other. */
    PARALLEL,
    /** {@code BisectBatchOnFunctionError}: failed batches are sent again in parts. */
    BISECTS,
    /** {@code StartingPosition}: the mapping and the task begin at different records. */
    STARTS_ELSEWHERE,
    /** More than one mapping feeds the task from the job's stream. */
    ANOTHER_MAPPING,
    /** The mapping was switched off, though the job runs. */
    DISABLED,
    /** Lambda says that the mapping does not work. */
    BROKEN,
    /** Nobody can tell: Lambda does not say, or the coordinator may not ask or switch it. */
    UNREADABLE
  }

  /** Whether a replay would apply other records than the mapping has delivered. */
  public boolean changesWhatIsReplayed() {
    return kind == Kind.FILTERED;
  }
}
