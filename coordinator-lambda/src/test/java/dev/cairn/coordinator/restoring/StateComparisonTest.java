package dev.cairn.coordinator.restoring;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cairn.id.JobId;
import dev.cairn.id.StageId;
import dev.cairn.job.CodeVersion;
import dev.cairn.job.Registration;
import dev.cairn.settings.Configuration;
import dev.cairn.state.StateSchema;
import dev.cairn.state.ValueType;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Stored and declared states → what is refused, what is new, what is not known. */
class StateComparisonTest {
  private static final JobId JOB = new JobId("delays");
  private static final StageId COUNT = new StageId("count");
  private static final StateSchema A = new StateSchema("a", "value", "long");
  private static final StateSchema A_AS_TEXT = new StateSchema("a", "value", "string");
  private static final StateSchema A_AS_MAP = new StateSchema("a", "map", "long");
  private static final StateSchema B = new StateSchema("b", "list", "string");

  private record Row(
      String name,
      List<StateSchema> stored,
      List<StateSchema> declared,
      List<String> dropped,
      String misread,
      String left,
      List<String> added) {
    @Override
    public String toString() {
      return name;
    }
  }

  private static final String NONE = "";

  static Stream<Row> rows() {
    return Stream.of(
        new Row("the same", List.of(A, B), List.of(B, A), List.of(), NONE, NONE, List.of()),
        new Row("nothing stored", List.of(), List.of(A), List.of(), NONE, NONE, List.of("a")),
        new Row(
            "one more declared", List.of(A), List.of(A, B), List.of(), NONE, NONE, List.of("b")),
        new Row(
            "one no longer declared",
            List.of(A, B),
            List.of(A),
            List.of(),
            NONE,
            "state \"b\" (list of string), which version 7 of the code of count does not declare",
            List.of()),
        new Row("one given up", List.of(A, B), List.of(A), List.of("b"), NONE, NONE, List.of()),
        new Row(
            "two left, one given up",
            List.of(A, B),
            List.of(),
            List.of("b"),
            NONE,
            "there is state \"a\" (value of long), which version 7",
            List.of()),
        new Row(
            "other serializers, given up or not",
            List.of(A),
            List.of(A_AS_TEXT),
            List.of("a"),
            "state \"a\" is stored as value of long, but version 7 of the code of count declares it"
                + " as value of string",
            NONE,
            List.of()),
        new Row(
            "another kind",
            List.of(A_AS_MAP),
            List.of(A),
            List.of(),
            "stored as map of long, but version 7 of the code of count declares it as value of"
                + " long",
            NONE,
            List.of()),
        new Row(
            "subtasks that differ, one of which fits",
            List.of(A, A_AS_TEXT),
            List.of(A),
            List.of(),
            "stored as value of string",
            NONE,
            List.of()),
        new Row(
            "components added, removed and widened",
            List.of(total("cents=int,gone=String")),
            List.of(total("cents=long,late=boolean")),
            List.of(),
            NONE,
            NONE,
            List.of()),
        new Row(
            "a component of another type",
            List.of(total("cents=double,since=Instant")),
            List.of(total("cents=long,since=Instant")),
            List.of(),
            "component \"cents\" of state \"total\" is stored as double, but version 7 of the code"
                + " of count declares it as long: its bytes would be misread;",
            NONE,
            List.of()));
  }

  private static StateSchema total(String components) {
    return new StateSchema(
        "total",
        "value",
        "record:shop.Total",
        Optional.of(ValueType.parse("shop.Total{" + components + "}")));
  }

  private static Registration declaring(List<StateSchema> states) {
    return new Registration(
        JOB, COUNT, new CodeVersion("7"), Configuration.DEFAULTS, states, Optional.empty());
  }

  @ParameterizedTest
  @MethodSource("rows")
  void findsWhatDoesNotFit(Row row) {
    StateComparison comparison =
        StateComparison.of(Map.of(COUNT, row.stored), List.of(declaring(row.declared)));

    assertContains(comparison.misread(), row.misread);
    assertContains(comparison.left(row.dropped), row.left);
    assertThat(comparison.added())
        .extracting(added -> added.declared().name())
        .isEqualTo(row.added);
    assertThat(comparison.notCompared()).isEmpty();
  }

  private static void assertContains(Optional<String> found, String expected) {
    if (expected.isEmpty()) {
      assertThat(found).isEmpty();
    } else {
      assertThat(found.orElseThrow()).contains(expected);
    }
  }

  @Test
  void saysWhoseStatesItDoesNotKnow() {
    StateComparison comparison =
        StateComparison.of(
            Map.of(COUNT, List.of(A), new StageId("join"), List.of(B)),
            List.of(declaring(List.of(A))));

    assertThat(comparison.notCompared().orElseThrow())
        .startsWith("the states of join could not be compared: its code has not registered");
    assertThat(comparison.left(List.of())).isEmpty();
    assertThat(comparison.by()).containsExactly(declaring(List.of(A)));
  }

  @Test
  void namesWhatItWouldDropOnceAndSorted() {
    StateComparison comparison =
        StateComparison.of(Map.of(COUNT, List.of(B, A, A_AS_TEXT)), List.of(declaring(List.of())));

    assertThat(comparison.undeclaredNames()).containsExactly("a", "b");
  }
}
