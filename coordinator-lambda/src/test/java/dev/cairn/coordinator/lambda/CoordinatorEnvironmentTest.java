package dev.cairn.coordinator.lambda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cairn.checkpoint.CheckpointSettings;
import dev.cairn.deployment.Environment;
import dev.cairn.deployment.Environment.SettingException;
import dev.cairn.restart.RestartStrategy;
import dev.cairn.settings.Configuration;
import dev.cairn.settings.Options;
import dev.cairn.settings.SettingSource;
import java.net.URI;
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
              Map.entry("EXECUTION_CHECKPOINTING_DIR", "s3://the-bucket/team/"),
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
    assertThat(read.deployment().storage()).isEqualTo("s3://the-bucket/team");
    assertThat(read.taskTimeout()).isEqualTo(Duration.ofMinutes(1));
    assertThat(read.deployment().settings())
        .isEqualTo(
            new CheckpointSettings(Optional.of(Duration.ofSeconds(30)), Duration.ofMinutes(10), 5)
                .and(
                    Configuration.DEFAULTS.with(
                        Options.CHECKPOINT_DIRECTORY,
                        Optional.of("s3://the-bucket/team"),
                        SettingSource.ENVIRONMENT)));
  }

  @Test
  void theReservedConcurrencyOfTheTaskIsKnownIfThereIsOne() {
    assertThat(read().deployment().reservedConcurrency()).isEmpty();
    variables.put("CAIRN_RESERVED_CONCURRENCY", "16");
    assertThat(read().deployment().reservedConcurrency()).contains(16);
  }

  @Test
  void theShardsWithWhichTheStackCreatesTheStreamAreKnownIfItSaysANumber() {
    assertThat(read().deployment().streamShards()).isEmpty();
    variables.put("CAIRN_STREAM_SHARDS", "4");
    assertThat(read().deployment().streamShards()).contains(4);
  }

  @Test
  void filesNeedADirectory() {
    variables.remove("EXECUTION_CHECKPOINTING_DIR");
    variables.put("EXECUTION_CHECKPOINTING_STORAGE", "filesystem");
    assertThatThrownBy(this::read)
        .isInstanceOf(SettingException.class)
        .hasMessageStartingWith(
            "the environment's settings cannot be used: execution.checkpointing.storage: filesystem"
                + " needs a directory");
  }

  @Test
  void withoutADirectoryCheckpointsAreInline() {
    variables.remove("EXECUTION_CHECKPOINTING_DIR");
    assertThat(read().deployment().storage()).isEqualTo("dynamodb:");
    variables.put("EXECUTION_CHECKPOINTING_STORAGE", "jobmanager");
    assertThat(read().deployment().storage()).isEqualTo("dynamodb:");
  }

  @Test
  void anEventBusIsToldOnlyWhereOneIsNamed() {
    assertThat(read().events()).isEmpty();

    variables.put("CAIRN_EVENT_BUS", "the-bus");
    variables.put("AWS_REGION", "eu-west-1");
    assertThat(read().events())
        .contains(
            new CoordinatorEnvironment.Events(
                "the-bus", "eu-west-1", URI.create("https://events.eu-west-1.amazonaws.com")));
    variables.put("AWS_REGION", "cn-north-1");
    assertThat(read().events().orElseThrow().endpoint())
        .isEqualTo(URI.create("https://events.cn-north-1.amazonaws.com.cn"));
    variables.put("AWS_ENDPOINT_URL", "http://127.0.0.1:4566");
    assertThat(read().events().orElseThrow().endpoint())
        .isEqualTo(URI.create("http://127.0.0.1:4566"));
  }

  @Test
  void withoutAnIntervalNoneAreTaken() {
    variables.remove("EXECUTION_CHECKPOINTING_INTERVAL");
    assertThat(read().deployment().settings().interval()).isEmpty();
  }

  @Test
  void readsEverySettingByItsNameInCapitals() {
    variables.put("EXECUTION_CHECKPOINTING_MIN_PAUSE", "10 s");
    variables.put("RESTART_STRATEGY_TYPE", "none");
    variables.put("STATE_BACKEND_FS_MEMORY_THRESHOLD", "4 kb");
    variables.put("EXECUTION_CHECKPOINTING_MODE", "EXACTLY_ONCE");
    CheckpointSettings settings = read().deployment().settings();

    assertThat(settings.minPause()).isEqualTo(Duration.ofSeconds(10));
    assertThat(settings.restartStrategy()).isEqualTo(new RestartStrategy.None());
    assertThat(settings.dataInlineThreshold()).isEqualTo(4 * 1024);
    assertThat(settings.configuration().place(Options.MIN_PAUSE))
        .contains(SettingSource.ENVIRONMENT);
  }

  @ParameterizedTest(name = "{0}={1}")
  @CsvSource(
      delimiter = '|',
      value = {
        "EXECUTION_CHECKPOINTING_INTERVALL | 3 s | environment variable"
            + " EXECUTION_CHECKPOINTING_INTERVALL cannot be \"3 s\": it is no setting's; the"
            + " nearest that is: EXECUTION_CHECKPOINTING_INTERVAL",
        "EXECUTION_CHECKPOINTING_MODE | AT_LEAST_ONCE | environment variable"
            + " EXECUTION_CHECKPOINTING_MODE cannot be \"AT_LEAST_ONCE\":"
            + " execution.checkpointing.mode: AT_LEAST_ONCE is not possible here",
        "EXECUTION_CHECKPOINTING_MAX_CONCURRENT_CHECKPOINTS | 0 | environment variable"
            + " EXECUTION_CHECKPOINTING_MAX_CONCURRENT_CHECKPOINTS cannot be \"0\": it must be at"
            + " least 1, not 0",
        "EXECUTION_CHECKPOINTING_INTERVAL | 200 ms | the environment's settings cannot be used:"
            + " execution.checkpointing.interval 200 ms is not possible"
      })
  void aSettingThatCannotBeIsRefusedByName(String name, String value, String message) {
    variables.put(name, value);
    assertThatThrownBy(this::read)
        .isInstanceOf(SettingException.class)
        .hasMessageStartingWith(message);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "CAIRN_JOB",
        "CAIRN_STAGE",
        "CAIRN_TABLE",
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
    "EXECUTION_CHECKPOINTING_DIR, the-bucket",
    "CAIRN_TASK_TIMEOUT, long",
    "CAIRN_RESERVED_CONCURRENCY, many",
    "CAIRN_STREAM_SHARDS, many",
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
