package dev.cairn.coordinator.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cairn.coordinator.lifecycle.MappingDescription.StartingPosition;
import dev.cairn.job.MappingProblem;
import dev.cairn.job.MappingProblem.Kind;
import dev.cairn.state.StartPosition;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** What of a mapping breaks exactness, and what is said of it. */
class MappingDescriptionTest {
  private static final Instant NOON = Instant.parse("2026-11-21T12:00:00Z");
  private static final Set<StartPosition> HORIZON = Set.of(new StartPosition.TrimHorizon());

  /** A mapping as the construct makes it, with one thing about it changed. */
  private static final class Changed {
    private Optional<String> lastResult = Optional.of("OK");
    private List<String> filters = List.of();
    private int parallelizationFactor = 1;
    private int retries = -1;
    private int age = -1;
    private Duration window = Duration.ZERO;
    private boolean bisects;
    private boolean reports = true;
    private Optional<StartingPosition> position =
        Optional.of(new StartingPosition("TRIM_HORIZON", Optional.empty()));
    private List<String> others = List.of();

    MappingDescription made() {
      return new MappingDescription(
          "m-1",
          lastResult,
          Optional.of("User action"),
          filters,
          parallelizationFactor,
          retries,
          age,
          window,
          bisects,
          reports,
          position,
          others);
    }
  }

  @FunctionalInterface
  private interface Change {
    void of(Changed mapping);
  }

  private record Row(String name, Change change, Kind kind, String message) {}

  @TestFactory
  Stream<DynamicTest> isNamed() {
    return Stream.of(
            new Row(
                "FilterCriteria",
                m -> m.filters = List.of("{\"data\":{\"level\":[\"INFO\"]}}"),
                Kind.FILTERED,
                "mapping m-1 has FilterCriteria {\"data\":{\"level\":[\"INFO\"]}}: the task"
                    + " never receives the records that it leaves out, but a restore would"
                    + " apply them, so restores are refused; remove it with aws lambda"
                    + " update-event-source-mapping --uuid m-1"
                    + " --filter-criteria '{}', and leave records out inside the function"),
            new Row(
                "MaximumRetryAttempts",
                m -> m.retries = 3,
                Kind.DISCARDS,
                "mapping m-1 has MaximumRetryAttempts 3: Lambda discards a batch after that,"
                    + " and its records are lost; set -1"),
            new Row(
                "no retry at all",
                m -> m.retries = 0,
                Kind.DISCARDS,
                "mapping m-1 has MaximumRetryAttempts 0: Lambda discards a batch after that,"
                    + " and its records are lost; set -1"),
            new Row(
                "MaximumRecordAge",
                m -> m.age = 3600,
                Kind.DISCARDS,
                "mapping m-1 has MaximumRecordAgeInSeconds 3600: Lambda discards older"
                    + " records, and they are lost; set -1"),
            new Row(
                "ParallelizationFactor",
                m -> m.parallelizationFactor = 10,
                Kind.PARALLEL,
                "mapping m-1 has ParallelizationFactor 10: batches of one shard run in"
                    + " parallel and overtake each other, and the records of a late batch are"
                    + " skipped as if they were applied; set 1, restore a checkpoint from before"
                    + " it was changed, and split shards to apply more at once"),
            new Row(
                "tumbling window",
                m -> m.window = Duration.ofSeconds(30),
                Kind.WINDOWED,
                "mapping m-1 has TumblingWindowInSeconds 30: Lambda then keeps its own state,"
                    + " which is in no checkpoint; set 0"),
            new Row(
                "no ReportBatchItemFailures",
                m -> m.reports = false,
                Kind.WHOLE_BATCH,
                "mapping m-1 has no ReportBatchItemFailures in FunctionResponseTypes: records"
                    + " that the task requests again are skipped and lost; set it"),
            new Row(
                "bisecting",
                m -> m.bisects = true,
                Kind.BISECTS,
                "mapping m-1 has BisectBatchOnFunctionError: Lambda splits a failed batch,"
                    + " which the task does itself if necessary; set it to false"),
            new Row(
                "LATEST",
                m -> m.position = Optional.of(new StartingPosition("LATEST", Optional.empty())),
                Kind.STARTS_ELSEWHERE,
                "mapping m-1 has StartingPosition LATEST, and the job began at TRIM_HORIZON:"
                    + " records between the two are lost or applied although they come before the"
                    + " start; deploy the mapping again with the job's start"),
            new Row(
                "another time",
                m ->
                    m.position =
                        Optional.of(new StartingPosition("AT_TIMESTAMP", Optional.of(NOON))),
                Kind.STARTS_ELSEWHERE,
                "mapping m-1 has StartingPosition AT_TIMESTAMP 2026-11-21T12:00:00Z, and the job"
                    + " began at TRIM_HORIZON: records between the two are lost or applied although"
                    + " they come before the start; deploy the mapping again with the job's start"),
            new Row(
                "a second mapping",
                m -> m.others = List.of("m-2"),
                Kind.ANOTHER_MAPPING,
                "mapping m-1 is not the only one that feeds the function from this stream: m-2 also"
                    + " delivers the records, and its settings are not checked; delete it"),
            new Row(
                "Lambda cannot read",
                m -> m.lastResult = Optional.of("PROBLEM: Insufficient permissions"),
                Kind.BROKEN,
                "mapping m-1 does not deliver: Lambda says \"PROBLEM: Insufficient permissions\","
                    + " User action"))
        .map(
            row ->
                DynamicTest.dynamicTest(
                    row.name(),
                    () -> {
                      Changed mapping = new Changed();
                      row.change().of(mapping);
                      assertThat(mapping.made().problems(HORIZON))
                          .containsExactly(new MappingProblem(row.kind(), row.message()));
                    }));
  }

  @Test
  void nothingIsWrongWithTheConstructsOwn() {
    assertThat(new Changed().made().problems(HORIZON)).isEmpty();
    assertThat(new Changed().made().problems(Set.of())).isEmpty();
    Changed failing = new Changed();
    failing.lastResult = Optional.of("PROBLEM: Function call failed");
    assertThat(failing.made().problems(HORIZON)).as("the task's alarms tell of that").isEmpty();
  }

  @Test
  void aMappingThatBeginsWithTheJobIsRight() {
    Changed mapping = new Changed();
    mapping.position = Optional.of(new StartingPosition("AT_TIMESTAMP", Optional.of(NOON)));
    assertThat(mapping.made().problems(Set.of(new StartPosition.AtTimestamp(NOON)))).isEmpty();
    assertThat(mapping.made().problems(Set.of(new StartPosition.AtTimestamp(NOON.plusMillis(250)))))
        .as("told in whole seconds")
        .isEmpty();
    assertThat(mapping.made().problems(Set.of(new StartPosition.AtTimestamp(NOON.plusSeconds(1)))))
        .extracting(MappingProblem::kind)
        .containsExactly(Kind.STARTS_ELSEWHERE);
  }

  @Test
  void everythingThatIsWrongIsSaidAtOnce() {
    Changed mapping = new Changed();
    mapping.filters = List.of("{}");
    mapping.retries = 2;
    mapping.bisects = true;
    assertThat(mapping.made().problems(HORIZON))
        .extracting(MappingProblem::kind)
        .containsExactly(Kind.FILTERED, Kind.DISCARDS, Kind.BISECTS);
  }
}
