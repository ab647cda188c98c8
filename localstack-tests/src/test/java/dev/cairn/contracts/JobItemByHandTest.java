package dev.cairn.contracts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cairn.checkpoint.Checkpoint;
import dev.cairn.checkpoint.CheckpointSettings;
import dev.cairn.checkpoint.ExpectedSubtasks;
import dev.cairn.checkpoint.Failure;
import dev.cairn.checkpoint.FailureReason;
import dev.cairn.id.CheckpointId;
import dev.cairn.id.Epoch;
import dev.cairn.id.JobId;
import dev.cairn.job.CheckpointStore;
import dev.cairn.job.Job;
import dev.cairn.job.JobStatus;
import dev.cairn.job.Restoration;
import dev.cairn.storage.FilePath;
import dev.cairn.storage.FileRef;
import dev.cairn.storage.Sha256;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeSet;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/** What people see and type in the table, by hand. */
class JobItemByHandTest {
  private static final JobStatus RESTORING =
      new JobStatus.Restoring(Restoration.of(new CheckpointId(1)));

  private static final Instant NOW = Instant.parse("2026-11-21T10:00:00Z");
  private final JobId job = new JobId("job-" + UUID.randomUUID());
  private final CheckpointStore checkpoints = LocalTable.checkpoints();
  private final Checkpoint.Triggering trigger =
      new Checkpoint.Triggering(
          job, new CheckpointId(1), new Epoch(1), NOW, ExpectedSubtasks.of(new TreeSet<>()));

  @BeforeEach
  void createTheJob() {
    CheckpointSettings settings =
        new CheckpointSettings(Optional.of(Duration.ofSeconds(3)), Duration.ofMinutes(7), 2);
    checkpoints.create(Job.create(job, settings));
  }

  @Test
  void showsTheSettingsAsFlinkNamesThem() {
    assertThat(Objects.requireNonNull(item("JOB").get("settings")).m())
        .isEqualTo(
            Map.of(
                "execution.checkpointing.interval", AttributeValue.fromS("3 s"),
                "execution.checkpointing.timeout", AttributeValue.fromS("7 min"),
                "execution.checkpointing.num-retained", AttributeValue.fromN("2")));
  }

  @Test
  void whatTheItemDoesNotSayIsAsDeployed() {
    JobId deployed = new JobId("deployed-" + UUID.randomUUID());
    CheckpointSettings first =
        new CheckpointSettings(Optional.of(Duration.ofMinutes(1)), Duration.ofMinutes(5), 3);
    LocalTable.checkpoints(first).create(Job.create(deployed, first));

    CheckpointSettings second =
        new CheckpointSettings(Optional.of(Duration.ofMinutes(2)), Duration.ofMinutes(4), 9);
    assertThat(LocalTable.checkpoints(second).job(deployed).orElseThrow().settings())
        .as("after the next deployment")
        .isEqualTo(second);
  }

  @Test
  void takesSettingsAsPeopleTypeThem() {
    set(
        "settings",
        AttributeValue.fromM(
            Map.of(
                "execution.checkpointing.interval", AttributeValue.fromS("500ms"),
                "execution.checkpointing.num-retained", AttributeValue.fromS("4"))));

    assertThat(read().settings())
        .isEqualTo(
            new CheckpointSettings(Optional.of(Duration.ofMillis(500)), Duration.ofMinutes(10), 4));
  }

  @Test
  void takesOldNamesAndAnIntervalOfNone() {
    set(
        "settings",
        AttributeValue.fromM(
            Map.of(
                "execution.checkpointing.interval", AttributeValue.fromN("0"),
                "state.checkpoints.num-retained", AttributeValue.fromN("4"))));

    assertThat(read().settings())
        .isEqualTo(new CheckpointSettings(Optional.empty(), Duration.ofMinutes(10), 4));
  }

  @Test
  void refusesWhatCannotBeKeptWhereTheJobRuns() {
    set(
        "settings",
        AttributeValue.fromM(
            Map.of("execution.checkpointing.interval", AttributeValue.fromS("500 ms"))));
    CheckpointStore deployed = LocalTable.deployedCheckpoints();

    assertThatThrownBy(() -> deployed.job(job))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("execution.checkpointing.interval 500 ms is not possible");
  }

  @ParameterizedTest
  @CsvSource({
    "execution.checkpointing.interval, often",
    "execution.checkpointing.timeout, 0 s",
    "execution.checkpointing.num-retained, some",
    "state.checkpoints.num-retained, 0",
    "execution.checkpointing.unaligned.enabled, true",
    "execution.checkpointing.dir, s3://elsewhere",
    "execution.checkpointing.intervall, 3 s"
  })
  void namesASettingThatIsNonsense(String setting, String value) {
    set("settings", AttributeValue.fromM(Map.of(setting, AttributeValue.fromS(value))));

    assertThatThrownBy(this::read)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(setting);
  }

  @Test
  void takesARequestThatWasTypedAsANumber() {
    complete();
    set("restoreCheckpointId", AttributeValue.fromN("1"));

    assertThat(read().restoreCheckpointId()).contains("1");
    assertThat(checkpoints.move(read(), RESTORING, List.of(), NOW)).isTrue();
    assertThat(read().restoreCheckpointId()).isEmpty();
  }

  @Test
  void keepsANumberThatChangedMeanwhile() {
    complete();
    set("restoreCheckpointId", AttributeValue.fromN("1"));
    Job seen = read();
    set("restoreCheckpointId", AttributeValue.fromN("2"));

    assertThat(checkpoints.move(seen, RESTORING, List.of(), NOW)).isTrue();
    assertThat(read().restoreCheckpointId()).contains("2");
  }

  @Test
  void aRequestOfAnyTypeCanBeRefused() {
    for (AttributeValue nonsense :
        new AttributeValue[] {
          AttributeValue.fromS(""),
          AttributeValue.fromN("1.5"),
          AttributeValue.fromN("-3"),
          AttributeValue.fromBool(true),
          AttributeValue.fromNul(true),
          AttributeValue.fromM(Map.of()),
          AttributeValue.fromN("12345678901234567890123456789012345678")
        }) {
      set("restoreCheckpointId", nonsense);

      assertThat(checkpoints.refuse(read(), "it is no checkpoint", NOW))
          .as("%s", nonsense)
          .isTrue();
      assertThat(read().restoreCheckpointId()).isEmpty();
    }
  }

  @Test
  void whatIsOverGoesAfterAMonth() {
    checkpoints.begin(new Checkpoint.Pending(trigger, new TreeSet<>()));
    checkpoints.abort(
        new Checkpoint.Aborted(
            trigger, NOW, Failure.of(FailureReason.EXPIRED, "it took too long")));

    assertThat(item("CHECKPOINT#00000000000000000001"))
        .containsEntry("status", AttributeValue.fromS("ABORTED"))
        .containsEntry(
            "expiresAt",
            AttributeValue.fromN(Long.toString(NOW.plus(Duration.ofDays(30)).getEpochSecond())));
  }

  @Test
  void whatIsSubsumedGoesAMonthAfterThat() {
    complete();
    assertThat(item("CHECKPOINT#00000000000000000001")).doesNotContainKey("expiresAt");

    checkpoints.subsume(
        (Checkpoint.Completed) checkpoints.checkpoint(job, new CheckpointId(1)).orElseThrow(),
        new Epoch(1));

    assertThat(item("CHECKPOINT#00000000000000000001"))
        .containsEntry(
            "expiresAt", AttributeValue.fromN(Long.toString(Duration.ofDays(30).toSeconds())));
  }

  private void complete() {
    byte[] metadata = {1};
    FileRef file = new FileRef(FilePath.of("job", "chk-1", "_metadata"), 1, Sha256.of(metadata));
    checkpoints.begin(new Checkpoint.Pending(trigger, new TreeSet<>()));
    assertThat(checkpoints.complete(new Checkpoint.Completed(trigger, NOW, file, 1, 1))).isTrue();
  }

  private Job read() {
    return checkpoints.job(job).orElseThrow();
  }

  private Map<String, AttributeValue> item(String sk) {
    return LocalTable.DYNAMODB
        .client()
        .getItem(get -> get.tableName(LocalTable.NAME).key(key(sk)).consistentRead(true))
        .item();
  }

  private void set(String attribute, AttributeValue value) {
    LocalTable.DYNAMODB
        .client()
        .updateItem(
            update ->
                update
                    .tableName(LocalTable.NAME)
                    .key(key("JOB"))
                    .updateExpression("SET #attribute = :value")
                    .expressionAttributeNames(Map.of("#attribute", attribute))
                    .expressionAttributeValues(Map.of(":value", value)));
  }

  private Map<String, AttributeValue> key(String sk) {
    return Map.of("pk", AttributeValue.fromS("JOB#" + job), "sk", AttributeValue.fromS(sk));
  }
}
