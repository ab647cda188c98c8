package dev.cairn.coordinator.lifecycle;

import dev.cairn.job.MappingProblem;
import dev.cairn.job.MappingProblem.Kind;
import dev.cairn.state.StartPosition;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The settings of an event source mapping, under the names of Lambda's API, and a pure function
 * that finds settings that are wrong for a task. {@code docs/operations.md} lists them.
 *
 * @param uuid the mapping's id
 * @param lastResult Lambda's result of the last batch, such as {@code OK} or {@code PROBLEM: …}
 * @param stateReason Lambda's reason for the mapping's state; empty if it gives none
 * @param filters the patterns of {@code FilterCriteria}
 * @param others the ids of the other enabled mappings from the same stream to the same function
 */
public record MappingDescription(
    String uuid,
    Optional<String> lastResult,
    Optional<String> stateReason,
    List<String> filters,
    int parallelizationFactor,
    int maximumRetryAttempts,
    int maximumRecordAgeSeconds,
    Duration tumblingWindow,
    boolean bisects,
    boolean reportsItemFailures,
    Optional<StartingPosition> startingPosition,
    List<String> others) {
  private static final int WITHOUT_LIMIT = -1;
  private static final String PROBLEM = "PROBLEM";

  /** The result for failures of the task itself, which have their own alarms and entries. */
  private static final String CALL_FAILED = "PROBLEM: Function call failed";

  public MappingDescription {
    filters = List.copyOf(filters);
    others = List.copyOf(others);
  }

  /**
   * The mapping's starting position.
   *
   * @param name {@code TRIM_HORIZON}, {@code AT_TIMESTAMP} or {@code LATEST}
   * @param timestamp the time of {@code AT_TIMESTAMP}
   */
  public record StartingPosition(String name, Optional<Instant> timestamp) {

    private boolean isThatOf(StartPosition start) {
      return switch (start) {
        case StartPosition.TrimHorizon t -> name.equals("TRIM_HORIZON");
        // Lambda may report the time in whole seconds.
        case StartPosition.AtTimestamp(Instant time) ->
            name.equals("AT_TIMESTAMP")
                && timestamp
                    .filter(
                        reported ->
                            Duration.between(time, reported).abs().compareTo(Duration.ofSeconds(1))
                                < 0)
                    .isPresent();
      };
    }

    @Override
    public String toString() {
      return name + timestamp.map(time -> " " + time).orElse("");
    }
  }

  /**
   * Returns the problems, the most serious first.
   *
   * @param starts where the job's subtasks began; empty if none is known
   */
  public List<MappingProblem> problems(Set<StartPosition> starts) {
    List<MappingProblem> problems = new ArrayList<>();
    if (!filters.isEmpty()) {
      add(
          problems,
          Kind.FILTERED,
          "has FilterCriteria "
              + String.join(" ", filters)
              + ": the task never receives the records that it leaves out, but a restore"
              + " would apply them, so restores are refused; remove it with aws lambda"
              + " update-event-source-mapping --uuid "
              + uuid
              + " --filter-criteria '{}', and leave records out inside the function");
    }
    if (!reportsItemFailures) {
      add(
          problems,
          Kind.WHOLE_BATCH,
          "has no ReportBatchItemFailures in FunctionResponseTypes: records that the task"
              + " requests again are skipped and lost; set it");
    }
    if (maximumRetryAttempts != WITHOUT_LIMIT) {
      add(
          problems,
          Kind.DISCARDS,
          "has MaximumRetryAttempts "
              + maximumRetryAttempts
              + ": Lambda discards a batch after that, and its records are lost; set -1");
    }
    if (maximumRecordAgeSeconds != WITHOUT_LIMIT) {
      add(
          problems,
          Kind.DISCARDS,
          "has MaximumRecordAgeInSeconds "
              + maximumRecordAgeSeconds
              + ": Lambda discards older records, and they are lost; set -1");
    }
    if (tumblingWindow.isPositive()) {
      add(
          problems,
          Kind.WINDOWED,
          "has TumblingWindowInSeconds "
              + tumblingWindow.toSeconds()
              + ": Lambda then keeps its own state, which is in no checkpoint; set 0");
    }
    if (parallelizationFactor != 1) {
      add(
          problems,
          Kind.PARALLEL,
          "has ParallelizationFactor "
              + parallelizationFactor
              + ": batches of one shard run in parallel and overtake each other, and the"
              + " records of a late batch are skipped as if they were applied; set 1, restore a"
              + " checkpoint from before it was changed, and split shards to apply more at once");
    }
    startsElsewhere(starts).ifPresent(problems::add);
    if (bisects) {
      add(
          problems,
          Kind.BISECTS,
          "has BisectBatchOnFunctionError: Lambda splits a failed batch, which the task does"
              + " itself if necessary; set it to false");
    }
    if (!others.isEmpty()) {
      add(
          problems,
          Kind.ANOTHER_MAPPING,
          "is not the only one that feeds the function from this stream: "
              + String.join(", ", others)
              + " also delivers the records, and its settings are not checked; delete it");
    }
    lastResult
        .filter(result -> result.startsWith(PROBLEM) && !result.startsWith(CALL_FAILED))
        .ifPresent(
            result ->
                add(
                    problems,
                    Kind.BROKEN,
                    "does not deliver: Lambda says \""
                        + result
                        + "\""
                        + stateReason.map(why -> ", " + why).orElse("")));
    return List.copyOf(problems);
  }

  private Optional<MappingProblem> startsElsewhere(Set<StartPosition> starts) {
    if (startingPosition.isEmpty()) {
      return Optional.empty();
    }
    StartingPosition position = startingPosition.get();
    boolean isWrong =
        position.name().equals("LATEST")
            || (!starts.isEmpty() && starts.stream().noneMatch(position::isThatOf));
    return isWrong
        ? Optional.of(
            problem(
                Kind.STARTS_ELSEWHERE,
                "has StartingPosition "
                    + position
                    + starts.stream()
                        .findFirst()
                        .map(start -> ", and the job began at " + text(start))
                        .orElse("")
                    + ": records between the two are lost or applied although they come before the"
                    + " start; deploy the mapping again with the job's start"))
        : Optional.empty();
  }

  private static String text(StartPosition start) {
    return switch (start) {
      case StartPosition.TrimHorizon t -> "TRIM_HORIZON";
      case StartPosition.AtTimestamp(Instant time) -> time.toString();
    };
  }

  private void add(List<MappingProblem> problems, Kind kind, String what) {
    problems.add(problem(kind, what));
  }

  private MappingProblem problem(Kind kind, String what) {
    return new MappingProblem(kind, "mapping " + uuid + " " + what);
  }
}
