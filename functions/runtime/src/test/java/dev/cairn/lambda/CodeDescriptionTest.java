package dev.cairn.lambda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cairn.checkpoint.CheckpointSettings;
import dev.cairn.deployment.Environment;
import dev.cairn.deployment.StorageLocation;
import dev.cairn.function.CheckpointConfig;
import dev.cairn.function.CheckpointStorage;
import dev.cairn.function.Context;
import dev.cairn.function.Deserializer;
import dev.cairn.function.Deserializers;
import dev.cairn.function.FileSystemCheckpointStorage;
import dev.cairn.function.JobManagerCheckpointStorage;
import dev.cairn.function.KeyedFunction;
import dev.cairn.function.RuntimeContext;
import dev.cairn.function.Serializers;
import dev.cairn.function.ValueStateDescriptor;
import dev.cairn.id.JobId;
import dev.cairn.id.StageId;
import dev.cairn.job.CodeVersion;
import dev.cairn.job.RefusedStream;
import dev.cairn.job.Registration;
import dev.cairn.job.Registrations;
import dev.cairn.job.StorageMovedException;
import dev.cairn.job.StreamChangedException;
import dev.cairn.settings.Options;
import dev.cairn.state.StateSchema;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

class CodeDescriptionTest {
  private static final InstantSource CLOCK =
      InstantSource.fixed(Instant.parse("2026-11-30T10:00:00Z"));

  private final TaskEnvironment environment =
      TaskEnvironment.read(
          new Environment(
              Map.of(
                  "CAIRN_JOB", "flights",
                  "CAIRN_STAGE", "aircraft",
                  "CAIRN_TABLE", "the-table",
                  "EXECUTION_CHECKPOINTING_DIR", "s3://the-bucket",
                  "CAIRN_STREAM", "departures",
                  "CAIRN_FUNCTION", TaskEnvironmentTest.Usable.class.getName(),
                  "CAIRN_START", "TRIM_HORIZON",
                  "AWS_LAMBDA_FUNCTION_VERSION", "12",
                  "EXECUTION_CHECKPOINTING_DATA_INLINE_THRESHOLD", "16 kb")));

  /** A function that configures its checkpoints. */
  private record Configured(Consumer<CheckpointConfig> configuration)
      implements KeyedFunction<Object> {
    @Override
    @SuppressWarnings("unchecked") // never used
    public Deserializer<Object> deserializer() {
      return (Deserializer<Object>) (Deserializer<?>) Deserializers.text();
    }

    @Override
    public void configure(CheckpointConfig config) {
      configuration.accept(config);
    }

    @Override
    public void open(RuntimeContext context) {
      context.getState(new ValueStateDescriptor<>("count", Serializers.LONG));
    }

    @Override
    public void process(Object event, Context context) {}
  }

  private static CodeDescription setting(String option, String value) {
    return CodeDescription.of(new Configured(config -> config.set(option, value)));
  }

  private static CodeDescription keeping(CheckpointStorage storage) {
    return CodeDescription.of(new Configured(config -> config.setCheckpointStorage(storage)));
  }

  private static CodeDescription withTimeout() {
    return setting("execution.checkpointing.timeout", "2 min");
  }

  private Registration registered(CodeDescription code, String storage) {
    return code.registration(
        environment.job(), environment.stage(), environment.version(), storage);
  }

  @Test
  void saysWhatItSetsAndWhichStatesItHas() {
    Registration registration =
        registered(setting("state.checkpoints.num-retained", "7"), "s3://the-bucket");

    assertThat(registration.job()).isEqualTo(new JobId("flights"));
    assertThat(registration.stage()).isEqualTo(new StageId("aircraft"));
    assertThat(registration.version()).isEqualTo(new CodeVersion("12"));
    assertThat(registration.settings().get(Options.NUM_RETAINED)).isEqualTo(7);
    assertThat(registration.settings().set()).hasSize(1);
    assertThat(registration.states()).containsExactly(new StateSchema("count", "value", "long"));
    assertThat(registration.storage()).contains("s3://the-bucket");
  }

  @Test
  void winsOverTheDeployment() {
    CodeDescription code = setting("execution.checkpointing.data-inline-threshold", "4kb");
    CheckpointSettings deployed = environment.settings();

    assertThat(deployed.dataInlineThreshold()).isEqualTo(16 * 1024);
    assertThat(code.appliedTo(deployed).dataInlineThreshold()).isEqualTo(4 * 1024);
  }

  @Test
  void isRefusedIfItCannotBeKept() {
    CodeDescription code = setting("execution.checkpointing.interval", "200 ms");
    assertThatThrownBy(() -> code.appliedTo(environment.settings()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("execution.checkpointing.interval 200 ms is not possible");
    assertThatThrownBy(() -> setting("execution.checkpointing.mode", "AT_LEAST_ONCE"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("execution.checkpointing.mode: AT_LEAST_ONCE is not possible here");
  }

  @Test
  void aStorageThatIsGivenAsAnInstanceWinsOverTheDeployments() {
    CheckpointSettings inBucket = environment.settings();
    CheckpointSettings inline = CheckpointSettings.DEFAULTS;

    CheckpointSettings small =
        keeping(new JobManagerCheckpointStorage(100_000)).appliedTo(inBucket);
    assertThat(StorageLocation.of(inBucket)).hasToString("s3://the-bucket");
    assertThat(StorageLocation.of(small)).hasToString("dynamodb:");
    assertThat(small.maxInlineStateSize()).isEqualTo(100_000);

    CheckpointSettings elsewhere =
        keeping(new FileSystemCheckpointStorage("s3://mine/here/")).appliedTo(inBucket);
    assertThat(StorageLocation.of(elsewhere)).hasToString("s3://mine/here");
    assertThat(
            StorageLocation.of(
                keeping(new FileSystemCheckpointStorage("s3://mine")).appliedTo(inline)))
        .hasToString("s3://mine");
  }

  @Test
  void aStorageThatTheCoordinatorCannotReachIsRefusedByName() {
    assertThatThrownBy(() -> keeping(new FileSystemCheckpointStorage("file:///checkpoints")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "execution.checkpointing.dir cannot be \"file:///checkpoints\": it must be a bucket or"
                + " a folder in one, such as s3://bucket/prefix, not \"file:///checkpoints\"");
    assertThatThrownBy(() -> keeping(new JobManagerCheckpointStorage(5 << 20)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("cairn.checkpointing.max-inline-state-size must be at most 384 kb")
        .hasMessageContaining("one DynamoDB item of 400 KB");
  }

  /** A table that does not answer the first time. */
  private static final class Flaky implements Registrations {
    private final List<Registration> asked = new ArrayList<>();

    @Override
    public void refused(JobId job, StageId stage, RefusedStream refusal) {}

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
    Registration registration = registered(withTimeout(), "s3://the-bucket");
    CodeRegistration codeRegistration = new CodeRegistration(registrations, registration, CLOCK);

    codeRegistration.make();
    codeRegistration.make();
    codeRegistration.make();

    assertThat(registrations.asked).containsExactly(registration, registration);
    assertThat(registration.settings().get(Options.TIMEOUT)).isEqualTo(Duration.ofMinutes(2));
  }

  /** A table that knows of files elsewhere. */
  private record Elsewhere(Registration before, List<RefusedStream> refused)
      implements Registrations {
    @Override
    public void refused(JobId job, StageId stage, RefusedStream refusal) {
      refused.add(refusal);
    }

    @Override
    public List<Registration> of(JobId job) {
      return List.of(before);
    }

    @Override
    public boolean register(Registration registration) {
      registration.requireSameStorage(before);
      registration.requireSameStream(before);
      return true;
    }
  }

  @Test
  void recordsAreNotAppliedWhereTheJobsFilesAreNot() {
    CodeDescription code = withTimeout();
    Registration before = registered(code, "dynamodb:");
    Registration now =
        code.registration(
            environment.job(), environment.stage(), new CodeVersion("13"), "s3://the-bucket");
    CodeRegistration codeRegistration =
        new CodeRegistration(new Elsewhere(before, new ArrayList<>()), now, CLOCK);

    for (int invocation = 0; invocation < 2; invocation++) {
      assertThatThrownBy(codeRegistration::make)
          .isInstanceOf(StorageMovedException.class)
          .hasMessageStartingWith(
              "job flights has its files in dynamodb: and is configured to keep them in"
                  + " s3://the-bucket"
                  + " now: its files are not there. Set the storage to dynamodb:"
                  + " again");
    }
  }

  @Test
  void recordsOfAnotherStreamThanTheRegisteredOneAreNotAppliedAndTheRefusalIsNoted() {
    Registration before = registered(withTimeout(), "s3://the-bucket").withStream("orders");
    Elsewhere registered = new Elsewhere(before, new ArrayList<>());
    CodeRegistration codeRegistration =
        new CodeRegistration(registered, before.withStream("clicks"), CLOCK);

    for (int invocation = 0; invocation < 2; invocation++) {
      assertThatThrownBy(codeRegistration::make)
          .isInstanceOf(StreamChangedException.class)
          .hasMessageStartingWith(
              "job flights has read stream orders and is deployed with clicks now: its"
                  + " positions are not valid there, so no records were applied. Deploy"
                  + " stream orders again");
    }
    assertThat(registered.refused)
        .containsExactly(new RefusedStream("clicks", "the function's deployment", CLOCK.instant()));
  }

  @Test
  void aRegistrationThatCannotBeStoredStillRefusesAnotherStream() {
    Registration before = registered(withTimeout(), "s3://the-bucket").withStream("orders");
    Registrations unwritable =
        new Registrations() {
          @Override
          public List<Registration> of(JobId job) {
            return List.of(before);
          }

          @Override
          public boolean register(Registration registration) {
            throw new IllegalStateException("throttled");
          }

          @Override
          public void refused(JobId job, StageId stage, RefusedStream refusal) {
            throw new IllegalStateException("throttled");
          }
        };

    assertThatThrownBy(new CodeRegistration(unwritable, before.withStream("clicks"), CLOCK)::make)
        .isInstanceOf(StreamChangedException.class);
    assertThatCode(new CodeRegistration(unwritable, before, CLOCK)::make)
        .doesNotThrowAnyException();
  }
}
