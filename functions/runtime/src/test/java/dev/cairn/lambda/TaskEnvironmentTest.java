package dev.cairn.lambda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cairn.deployment.Environment;
import dev.cairn.deployment.Environment.SettingException;
import dev.cairn.function.Context;
import dev.cairn.function.Deserializer;
import dev.cairn.function.Deserializers;
import dev.cairn.function.KeyedFunction;
import dev.cairn.function.RuntimeContext;
import dev.cairn.state.StartPosition;
import dev.cairn.task.ports.TaskSettings.FailurePolicy;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TaskEnvironmentTest {
  private final Map<String, String> variables =
      new HashMap<>(
          Map.of(
              "CAIRN_JOB", "flights",
              "CAIRN_STAGE", "aircraft",
              "CAIRN_TABLE", "the-table",
              "EXECUTION_CHECKPOINTING_DIR", "s3://the-bucket",
              "CAIRN_STREAM", "departures",
              "CAIRN_FUNCTION", Usable.class.getName(),
              "CAIRN_START", "TRIM_HORIZON"));

  /** A function as users write it. */
  public static class Usable implements KeyedFunction<String> {
    @Override
    public Deserializer<String> deserializer() {
      return Deserializers.text();
    }

    @Override
    public void open(RuntimeContext context) {}

    @Override
    public void process(String event, Context context) {}
  }

  /** A function with a constructor parameter. */
  public static final class Demanding extends Usable {
    public Demanding(String something) {}
  }

  /** A function whose constructor fails. */
  public static final class Hasty extends Usable {
    public Hasty() {
      throw new IllegalStateException("no database");
    }
  }

  /** An abstract function. */
  public abstract static class Unfinished extends Usable {
    public Unfinished() {}
  }

  @Test
  void readsWhatTheConstructSets() {
    TaskEnvironment read = read();
    assertThat(read.start()).isEqualTo(new StartPosition.TrimHorizon());
    assertThat(read.failurePolicy()).isEqualTo(FailurePolicy.FAIL);
    assertThat(read.function().create()).isInstanceOf(Usable.class);
    assertThat(read.function().create()).isNotSameAs(read.function().create());
  }

  @Test
  void startsAtATimestampAndSetsAsideIfToldSo() {
    variables.put("CAIRN_START", "2026-11-21T14:00:00Z");
    variables.put("CAIRN_FAILURE_POLICY", "DEAD_LETTER");
    assertThat(read().start())
        .isEqualTo(new StartPosition.AtTimestamp(Instant.parse("2026-11-21T14:00:00Z")));
    assertThat(read().failurePolicy()).isEqualTo(FailurePolicy.DEAD_LETTER);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "CAIRN_JOB",
        "CAIRN_STAGE",
        "CAIRN_TABLE",
        "CAIRN_STREAM",
        "CAIRN_FUNCTION",
        "CAIRN_START"
      })
  void aMissingVariableIsNamed(String name) {
    variables.remove(name);
    assertThatThrownBy(this::read)
        .isInstanceOf(SettingException.class)
        .hasMessageStartingWith("environment variable " + name + " is not set");
  }

  /** A function that the JVM cannot initialize. */
  public static final class Failing extends Usable {
    private static final int LIMIT = Integer.parseInt("many");

    public int limit() {
      return LIMIT;
    }
  }

  @ParameterizedTest
  @CsvSource({
    "com.example.Gone, there is no such class in the deployed code",
    "java.lang.String, it does not implement dev.cairn.function.KeyedFunction",
    "dev.cairn.lambda.TaskEnvironmentTest$Demanding, it has no public constructor",
    "dev.cairn.lambda.TaskEnvironmentTest$Failing, its static initializer threw"
        + " java.lang.NumberFormatException"
  })
  void aFunctionThatCannotBeLoadedSaysWhyAtEachAttempt(String name, String why) {
    variables.put("CAIRN_FUNCTION", name);
    TaskEnvironment read = read();
    for (int attempt = 0; attempt < 2; attempt++) {
      assertThatThrownBy(() -> read.function().create())
          .isInstanceOf(FunctionNotLoadedException.class)
          .hasMessageStartingWith(
              "environment variable CAIRN_FUNCTION cannot be \"" + name + "\": " + why);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "CAIRN_START, LATEST, it is neither TRIM_HORIZON nor a time",
    "CAIRN_FAILURE_POLICY, IGNORE, No enum constant"
  })
  void aVariableOfNoUseSaysWhy(String name, String value, String why) {
    variables.put(name, value);
    assertThatThrownBy(this::read)
        .isInstanceOf(SettingException.class)
        .hasMessageStartingWith(
            "environment variable " + name + " cannot be \"" + value + "\": " + why);
  }

  @Test
  void aFunctionThatCannotBeMadeSaysWhy() {
    variables.put("CAIRN_FUNCTION", Hasty.class.getName());
    assertThatThrownBy(() -> read().function().create())
        .hasMessageContaining("no database")
        .hasMessageContaining("set the function up in open() instead");
    variables.put("CAIRN_FUNCTION", Unfinished.class.getName());
    assertThatThrownBy(() -> read().function().create())
        .hasMessageContaining("it must be public and not abstract");
  }

  private TaskEnvironment read() {
    return TaskEnvironment.read(new Environment(variables));
  }
}
