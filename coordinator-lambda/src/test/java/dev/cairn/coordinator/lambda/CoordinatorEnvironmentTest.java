package dev.cairn.coordinator.lambda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cairn.checkpoint.CheckpointSettings;
import dev.cairn.deployment.Environment;
import dev.cairn.deployment.Environment.SettingException;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CoordinatorEnvironmentTest {
  private final Map<String, String> variables =
      new HashMap<>(
          Map.ofEntries(
              Map.entry("CAIRN_JOB", "flights"),
              Map.entry("CAIRN_STAGE", "aircraft"),
              Map.entry("CAIRN_TABLE", "the-table"),
              Map.entry("CAIRN_STORAGE", "s3://the-bucket/team/"),
              Map.entry("CAIRN_STREAM", "departures"),
              Map.entry("CAIRN_TASK_FUNCTION", "the-function:live"),
              Map.entry("CAIRN_TASK_TIMEOUT", "60 s"),
              Map.entry("CAIRN_TICK_QUEUE", "the-queue"),
              Map.entry("CAIRN_SOURCE_MAPPING", "the-mapping"),
              Map.entry("EXECUTION_CHECKPOINTING_INTERVAL", "30 s"),
              Map.entry("EXECUTION_CHECKPOINTING_NUM_RETAINED", "5")));

  @Test
  void readsWhatTheConstructSets() {
    CoordinatorEnvironment read = read();
    assertThat(read.job().value()).isEqualTo("flights");
    assertThat(read.storage().bucket()).isEqualTo("the-bucket");
    assertThat(read.deployment().storage()).isEqualTo("s3://the-bucket/team");
    assertThat(read.taskTimeout()).isEqualTo(Duration.ofMinutes(1));
    assertThat(read.deployment().settings())
        .isEqualTo(
            new CheckpointSettings(Optional.of(Duration.ofSeconds(30)), Duration.ofMinutes(10), 5));
  }

  @Test
  void withoutAnIntervalNoneAreTaken() {
    variables.remove("EXECUTION_CHECKPOINTING_INTERVAL");
    assertThat(read().deployment().settings().interval()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "CAIRN_JOB",
        "CAIRN_STAGE",
        "CAIRN_TABLE",
        "CAIRN_STORAGE",
        "CAIRN_STREAM",
        "CAIRN_TASK_FUNCTION",
        "CAIRN_TASK_TIMEOUT",
        "CAIRN_TICK_QUEUE",
        "CAIRN_SOURCE_MAPPING"
      })
  void aMissingVariableIsNamed(String name) {
    variables.remove(name);
    assertThatThrownBy(this::read)
        .isInstanceOf(SettingException.class)
        .hasMessageStartingWith("environment variable " + name + " is not set");
  }

  @ParameterizedTest
  @CsvSource({
    "CAIRN_JOB, a/b",
    "CAIRN_STORAGE, the-bucket",
    "CAIRN_TASK_TIMEOUT, long",
    "EXECUTION_CHECKPOINTING_INTERVAL, banana",
    "EXECUTION_CHECKPOINTING_NUM_RETAINED, few"
  })
  void aVariableOfNoUseIsNamedWithWhatItHolds(String name, String value) {
    variables.put(name, value);
    assertThatThrownBy(this::read)
        .isInstanceOf(SettingException.class)
        .hasMessageStartingWith("environment variable " + name + " cannot be \"" + value + "\": ");
  }

  private CoordinatorEnvironment read() {
    return CoordinatorEnvironment.read(new Environment(variables));
  }
}
