package dev.cairn.contracts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cairn.checkpoint.CheckpointSettings;
import dev.cairn.deployment.StorageLocation;
import dev.cairn.format.NewerFormatException;
import dev.cairn.function.CheckpointConfig;
import dev.cairn.function.JobManagerCheckpointStorage;
import dev.cairn.id.JobId;
import dev.cairn.id.StageId;
import dev.cairn.job.CheckpointStore;
import dev.cairn.job.CodeVersion;
import dev.cairn.job.Job;
import dev.cairn.job.OlderCode;
import dev.cairn.job.RefusedStream;
import dev.cairn.job.Registration;
import dev.cairn.job.Registrations;
import dev.cairn.job.StorageMovedException;
import dev.cairn.job.StreamChangedException;
import dev.cairn.settings.Configuration;
import dev.cairn.settings.Options;
import dev.cairn.settings.SettingSource;
import dev.cairn.state.StateSchema;
import dev.cairn.state.ValueType;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/** What code says of itself, beside the job, and what the job's settings are then. */
class RegistrationItemTest {
  private static final CheckpointSettings DEPLOYED =
      new CheckpointSettings(Optional.of(Duration.ofMinutes(1)), Duration.ofMinutes(5), 3);

  private final JobId job = new JobId("job-" + UUID.randomUUID());
  private final Registrations registrations = LocalTable.registrations();
  private final CheckpointStore checkpoints = LocalTable.checkpoints(DEPLOYED);

  @Test
  void isReadAsItWasWritten() {
    Registration registration =
        registration("12", config().enableCheckpointing(30_000).setMinPauseBetweenCheckpoints(500));

    assertThat(registrations.of(job)).isEmpty();
    assertThat(registrations.register(registration)).isTrue();
    assertThat(registrations.of(job)).containsExactly(registration);
    assertThat(registrations.register(registration)).as("the same again").isFalse();
  }

  @Test
  void anotherStreamIsRefusedFromThenOnAndAnItemWithoutAStreamIsCompleted() {
    Registration unnamed = registration("12", config());
    registrations.register(unnamed);
    Registration orders = unnamed.withStream("orders");
    assertThat(registrations.register(orders)).as("an earlier release's item").isTrue();

    assertThatThrownBy(
            () -> registrations.register(registration("13", config()).withStream("clicks")))
        .isInstanceOf(StreamChangedException.class)
        .hasMessageStartingWith(
            "job " + job + " has read stream orders and is deployed with clicks");
    assertThat(registrations.of(job)).containsExactly(orders);
  }

  @Test
  void aRefusedStreamStaysNotedBesideLaterRegistrations() {
    StageId stage = registration("12", config()).stage();
    RefusedStream refused =
        new RefusedStream(
            "clicks", "an event source mapping", Instant.parse("2026-11-30T10:00:00Z"));
    registrations.refused(job, stage, refused);
    assertThat(registrations.of(job)).as("nothing is noted beside nothing").isEmpty();

    Registration orders = registration("12", config()).withStream("orders");
    registrations.register(orders);
    registrations.refused(job, stage, refused);
    assertThat(registrations.register(orders)).as("the same again").isFalse();
    assertThat(registrations.of(job)).containsExactly(orders.withRefused(Optional.of(refused)));

    Registration next = registration("13", config()).withStream("orders");
    assertThat(registrations.register(next)).isTrue();
    assertThat(registrations.of(job)).containsExactly(next.withRefused(Optional.of(refused)));
  }

  @Test
  void anOlderVersionChangesNothing() {
    Registration newer = registration("12", config().setMaxConcurrentCheckpoints(2));
    registrations.register(newer);

    assertThat(registrations.register(registration("11", config()))).isFalse();
    assertThat(registrations.of(job)).containsExactly(newer);

    Registration newest = registration("13", config());
    assertThat(registrations.register(newest)).isTrue();
    assertThat(registrations.of(job)).containsExactly(newest);
  }

  @Test
  void saysWhichFormatsTheCodeReadsAndThatOlderCodeStartedSince() {
    Registration newer = registration("12", config()).withReads(2);
    assertThat(registrations.register(newer)).isTrue();
    assertThat(registrations.of(job)).containsExactly(newer);

    Registration older = registration("11", config());
    assertThat(registrations.register(older)).isFalse();
    OlderCode noted = new OlderCode(new CodeVersion("11"), 1);
    assertThat(registrations.of(job)).containsExactly(newer.withOlder(Optional.of(noted)));
    assertThat(registrations.register(older)).isFalse();
    assertThat(registrations.of(job)).containsExactly(newer.withOlder(Optional.of(noted)));

    assertThat(registrations.register(newer)).as("deployed again").isTrue();
    assertThat(registrations.of(job)).containsExactly(newer);
  }

  /** A container registers before it does anything else, so nothing of such a job is touched. */
  @Test
  void codeDoesNotRegisterWithAJobOfAFormatThatItDoesNotKnow() {
    checkpoints.create(Job.create(job, DEPLOYED));
    LocalTable.DYNAMODB
        .client()
        .updateItem(
            update ->
                update
                    .tableName(LocalTable.NAME)
                    .key(
                        Map.of(
                            "pk", AttributeValue.fromS("JOB#" + job),
                            "sk", AttributeValue.fromS("JOB")))
                    .updateExpression("SET #format = :newer")
                    .expressionAttributeNames(Map.of("#format", "format"))
                    .expressionAttributeValues(Map.of(":newer", AttributeValue.fromN("3"))));

    assertThatThrownBy(() -> registrations.register(registration("12", config())))
        .isInstanceOf(NewerFormatException.class)
        .hasMessageContaining("job " + job + " has format 3")
        .hasMessageContaining("Nothing was changed");
    assertThat(registrations.of(job)).isEmpty();
    assertThatThrownBy(() -> checkpoints.job(job)).isInstanceOf(NewerFormatException.class);
  }

  @Test
  void ofManyAtOnceTheNewestStays() throws Exception {
    List<Callable<Boolean>> writers =
        IntStream.rangeClosed(1, 8)
            .<Callable<Boolean>>mapToObj(
                n ->
                    () ->
                        LocalTable.registrations()
                            .register(
                                registration(
                                    Integer.toString(n),
                                    config().setTolerableCheckpointFailureNumber(n))))
            .toList();
    try (ExecutorService threads = Executors.newFixedThreadPool(writers.size())) {
      for (Future<Boolean> written : threads.invokeAll(writers)) {
        written.get();
      }
    }
    assertThat(registrations.of(job))
        .containsExactly(registration("8", config().setTolerableCheckpointFailureNumber(8)));
  }

  @Test
  void codeWinsOverTheDeploymentAndTheItemOverCode() {
    checkpoints.create(Job.create(job, DEPLOYED));
    registrations.register(
        registration("1", config().enableCheckpointing(30_000).setCheckpointTimeout(120_000)));
    item("settings", Map.of("execution.checkpointing.interval", AttributeValue.fromS("10 s")));

    CheckpointSettings settings = settings();
    assertThat(settings.interval()).contains(Duration.ofSeconds(10));
    assertThat(settings.timeout()).isEqualTo(Duration.ofMinutes(2));
    assertThat(settings.numRetained()).isEqualTo(3);
    Configuration configuration = settings.configuration();
    assertThat(configuration.place(Options.INTERVAL)).contains(SettingSource.ITEM);
    assertThat(configuration.place(Options.TIMEOUT)).contains(SettingSource.CODE);
    assertThat(configuration.place(Options.NUM_RETAINED)).contains(SettingSource.CONSTRUCT);
    assertThat(configuration.place(Options.MIN_PAUSE)).isEmpty();
  }

  @Test
  void aContradictionOfCodeAndItemIsRefusedUntilOneOfThemGivesWay() {
    checkpoints.create(Job.create(job, DEPLOYED));
    registrations.register(registration("1", config().setMaxConcurrentCheckpoints(2)));
    item("settings", Map.of("execution.checkpointing.min-pause", AttributeValue.fromS("10 s")));

    assertThatThrownBy(this::settings)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "the settings of job "
                + job
                + " cannot be used: execution.checkpointing.max-concurrent-checkpoints: 2"
                + " contradicts execution.checkpointing.min-pause: 10 s: with a pause between"
                + " two checkpoints there is never more than one pending; omit one of the"
                + " two; correct them in the map \"settings\" of the job's item,"
                + " which overrides code and deployment");

    Instant now = Instant.parse("2026-11-30T10:00:00Z");
    checkpoints.refuseSettings(job, "they contradict each other", now);
    checkpoints.refuseSettings(job, "they contradict each other", now.plusSeconds(60));

    item("settings", Map.of());
    assertThat(settings().maxConcurrentCheckpoints()).isEqualTo(2);
    assertThat(checkpoints.job(job).orElseThrow().refusal())
        .as("said once")
        .contains(new Job.Refusal("settings", "they contradict each other", now));
  }

  @Test
  void codeThatRunsBeforeTheJobIsThereMakesNone() {
    registrations.register(registration("1", config()));
    assertThat(checkpoints.job(job)).isEmpty();
  }

  private CheckpointSettings settings() {
    return checkpoints.job(job).orElseThrow().settings();
  }

  private static CheckpointConfig config() {
    return new CheckpointConfig();
  }

  @Test
  void aStorageThatCodeGivesWinsAndAnotherOneIsRefusedFromThenOn() {
    CheckpointSettings inBucket =
        new CheckpointSettings(
            Configuration.DEFAULTS.set(
                "execution.checkpointing.dir", "s3://bucket/prefix", SettingSource.ENVIRONMENT));
    CheckpointStore deployed = LocalTable.checkpoints(inBucket);
    deployed.create(Job.create(job, inBucket));
    assertThat(StorageLocation.of(deployed.job(job).orElseThrow().settings()))
        .hasToString("s3://bucket/prefix");

    CheckpointConfig inline =
        config().setCheckpointStorage(new JobManagerCheckpointStorage(100_000));
    registrations.register(registration("1", inline, "dynamodb:"));

    CheckpointSettings settings = deployed.job(job).orElseThrow().settings();
    assertThat(StorageLocation.of(settings)).hasToString("dynamodb:");
    assertThat(settings.maxInlineStateSize()).isEqualTo(100_000);
    assertThatThrownBy(
            () -> registrations.register(registration("2", config(), "s3://bucket/prefix")))
        .isInstanceOf(StorageMovedException.class)
        .hasMessageContaining(
            "has its files in dynamodb: and is configured to keep them in" + " s3://bucket");
    assertThat(registrations.of(job)).containsExactly(registration("1", inline, "dynamodb:"));
  }

  @Test
  void whatAnEarlierReleaseRegisteredSaysNothingOfStorage() {
    registrations.register(registration("1", config()));
    LocalTable.DYNAMODB
        .client()
        .updateItem(
            update ->
                update
                    .tableName(LocalTable.NAME)
                    .key(
                        Map.of(
                            "pk", AttributeValue.fromS("JOB#" + job),
                            "sk", AttributeValue.fromS("JOB#REGISTRATION#aircraft")))
                    .conditionExpression("attribute_exists(#storage)")
                    .updateExpression("REMOVE #storage")
                    .expressionAttributeNames(Map.of("#storage", "storage")));

    assertThat(registrations.of(job))
        .singleElement()
        .satisfies(found -> assertThat(found.storage()).isEmpty());
    assertThat(registrations.register(registration("1", config(), "dynamodb:"))).isTrue();
    assertThat(registrations.of(job)).containsExactly(registration("1", config(), "dynamodb:"));
  }

  private Registration registration(String version, CheckpointConfig config) {
    return registration(version, config, "s3://bucket/prefix");
  }

  private Registration registration(String version, CheckpointConfig config, String storage) {
    return new Registration(
        job,
        new StageId("aircraft"),
        new CodeVersion(version),
        config.configuration(),
        List.of(
            new StateSchema("count", "value", "long"),
            new StateSchema("seen", "map", "string,long"),
            new StateSchema(
                "total",
                "value",
                "record:shop.Total",
                Optional.of(ValueType.parse("shop.Total{cents=long,~gone=String}")))),
        Optional.of(storage));
  }

  private void item(String attribute, Map<String, AttributeValue> map) {
    LocalTable.DYNAMODB
        .client()
        .updateItem(
            update ->
                update
                    .tableName(LocalTable.NAME)
                    .key(
                        Map.of(
                            "pk", AttributeValue.fromS("JOB#" + job),
                            "sk", AttributeValue.fromS("JOB")))
                    .updateExpression("SET #attribute = :value")
                    .expressionAttributeNames(Map.of("#attribute", attribute))
                    .expressionAttributeValues(Map.of(":value", AttributeValue.fromM(map))));
  }
}
