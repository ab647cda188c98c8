package dev.cairn.lambda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cairn.checkpoint.CheckpointSettings;
import dev.cairn.checkpoint.CodeVersion;
import dev.cairn.checkpoint.Registration;
import dev.cairn.checkpoint.Registrations;
import dev.cairn.deployment.Environment;
import dev.cairn.function.CheckpointConfig;
import dev.cairn.function.Context;
import dev.cairn.function.Deserializer;
import dev.cairn.function.Deserializers;
import dev.cairn.function.KeyedFunction;
import dev.cairn.function.RuntimeContext;
import dev.cairn.function.Serializers;
import dev.cairn.function.ValueStateDescriptor;
import dev.cairn.id.JobId;
import dev.cairn.id.StageId;
import dev.cairn.settings.Options;
import dev.cairn.state.StateSchema;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class CodeTest {
  private final TaskEnvironment environment =
      TaskEnvironment.read(
          new Environment(
              Map.of(
                  "CAIRN_JOB", "flights",
                  "CAIRN_STAGE", "aircraft",
                  "CAIRN_TABLE", "the-table",
                  "CAIRN_STORAGE", "s3://the-bucket",
                  "CAIRN_STREAM", "departures",
                  "CAIRN_FUNCTION", TaskEnvironmentTest.Usable.class.getName(),
                  "CAIRN_START", "TRIM_HORIZON",
                  "AWS_LAMBDA_FUNCTION_VERSION", "12",
                  "EXECUTION_CHECKPOINTING_DATA_INLINE_THRESHOLD", "16 kb")));

  /** One that knows how it wants to be run. */
  private record Counting(String option, String value) implements KeyedFunction<Object> {
    @Override
    @SuppressWarnings("unchecked") // never used
    public Deserializer<Object> deserializer() {
      return (Deserializer<Object>) (Deserializer<?>) Deserializers.text();
    }

    @Override
    public void configure(CheckpointConfig config) {
      config.set(option, value);
    }

    @Override
    public void open(RuntimeContext context) {
      context.getState(new ValueStateDescriptor<>("count", Serializers.LONG));
    }

    @Override
    public void process(Object event, Context context) {}
  }

  @Test
  void saysWhatItSetsAndWhichStatesItHas() {
    Registration registration =
        Code.of(new Counting("state.checkpoints.num-retained", "7")).registration(environment);

    assertThat(registration.job()).isEqualTo(new JobId("flights"));
    assertThat(registration.stage()).isEqualTo(new StageId("aircraft"));
    assertThat(registration.version()).isEqualTo(new CodeVersion("12"));
    assertThat(registration.settings().get(Options.NUM_RETAINED)).isEqualTo(7);
    assertThat(registration.settings().set()).hasSize(1);
    assertThat(registration.states()).containsExactly(new StateSchema("count", "value", "long"));
  }

  @Test
  void winsOverTheDeployment() {
    Code code = Code.of(new Counting("execution.checkpointing.data-inline-threshold", "4kb"));
    CheckpointSettings deployed = environment.settings();

    assertThat(deployed.dataInlineThreshold()).isEqualTo(16 * 1024);
    assertThat(code.over(deployed).dataInlineThreshold()).isEqualTo(4 * 1024);
  }

  @Test
  void isRefusedIfItCannotBeKept() {
    Code code = Code.of(new Counting("execution.checkpointing.interval", "200 ms"));
    assertThatThrownBy(() -> code.over(environment.settings()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("execution.checkpointing.interval 200 ms cannot be kept");
    assertThatThrownBy(() -> Code.of(new Counting("execution.checkpointing.mode", "AT_LEAST_ONCE")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("execution.checkpointing.mode: AT_LEAST_ONCE is not possible here");
  }

  /** A table that does not answer the first time. */
  private static final class Flaky implements Registrations {
    private final List<Registration> asked = new ArrayList<>();

    @Override
    public List<Registration> of(JobId job) {
      return List.of();
    }

    @Override
    public boolean register(Registration registration) {
      asked.add(registration);
      if (asked.size() == 1) {
        throw new IllegalStateException("throttled");
      }
      return true;
    }
  }

  @Test
  void isMadeKnownOnceAndRecordsDoNotWaitForIt() {
    Flaky registrations = new Flaky();
    Registration registration =
        Code.of(new Counting("execution.checkpointing.timeout", "2 min")).registration(environment);
    Introduction introduction = new Introduction(registrations, registration);

    introduction.make();
    introduction.make();
    introduction.make();

    assertThat(registrations.asked).containsExactly(registration, registration);
    assertThat(registration.settings().get(Options.TIMEOUT)).isEqualTo(Duration.ofMinutes(2));
  }
}
