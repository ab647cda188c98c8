package dev.cairn.contracts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cairn.checkpoint.CheckpointSettings;
import dev.cairn.dynamodb.DynamoDbDeployments;
import dev.cairn.id.JobId;
import dev.cairn.id.StageId;
import dev.cairn.job.CodeVersion;
import dev.cairn.job.Deployment;
import dev.cairn.job.Registration;
import dev.cairn.job.StorageMovedException;
import dev.cairn.settings.Configuration;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** What a job was deployed with, beside its item. */
class DeploymentItemTest {
  private final JobId job = new JobId("job-" + UUID.randomUUID());
  private final DynamoDbDeployments deployments = LocalTable.deployments();
  private final Deployment first =
      deployed("departures", new CheckpointSettings(Optional.empty(), Duration.ofMinutes(10), 1));

  private Deployment deployed(String stream, CheckpointSettings settings) {
    return new Deployment(
        job, new StageId("aircraft"), stream, "s3://bucket/prefix", "task:live", settings);
  }

  @Test
  void isNotThereBeforeTheCoordinatorHasRun() {
    assertThat(deployments.find(job)).isEmpty();
  }

  @Test
  void isWhatWasRegisteredLast() {
    deployments.register(first);
    assertThat(deployments.find(job)).contains(first);

    Deployment second =
        deployed(
            "departures",
            new CheckpointSettings(Optional.of(Duration.ofSeconds(5)), Duration.ofMinutes(3), 7));
    deployments.register(second);
    assertThat(deployments.find(job)).contains(second);
    deployments.register(second);
    assertThat(deployments.find(job)).contains(second);

    Deployment third = second.withReservedConcurrency(Optional.of(16));
    deployments.register(third);
    assertThat(deployments.find(job)).contains(third);

    Deployment fourth = third.withStreamShards(Optional.of(4));
    deployments.register(fourth);
    assertThat(deployments.find(job)).contains(fourth);
  }

  @Test
  void aJobDoesNotGoOnWithAnotherStream() {
    Deployment elsewhere = deployed("arrivals", first.settings());

    assertThatCode(() -> first.requireSameStream(first)).doesNotThrowAnyException();
    assertThatThrownBy(() -> elsewhere.requireSameStream(first))
        .hasMessageContaining("has read stream departures and is deployed with arrivals now")
        .hasMessageContaining("give the new one another job name");
  }

  @Test
  void aJobThatHasRunDoesNotGoOnWithAnotherStorage() {
    Registration before = registered(Optional.of("dynamodb:"));
    Deployment inTable = first.withStorage("dynamodb:");

    assertThatCode(() -> first.requireSameStorage(List.of())).doesNotThrowAnyException();
    assertThatCode(() -> inTable.requireSameStorage(List.of(before))).doesNotThrowAnyException();
    assertThatCode(() -> first.requireSameStorage(List.of(registered(Optional.empty()))))
        .as("an earlier release did not say")
        .doesNotThrowAnyException();
    assertThatThrownBy(() -> first.requireSameStorage(List.of(before)))
        .isInstanceOf(StorageMovedException.class)
        .hasMessage(
            "job "
                + job
                + " has its files in dynamodb: and is configured to keep them in"
                + " s3://bucket/prefix now: its files are not there. Set the storage to"
                + " dynamodb: again; to"
                + " move, take a savepoint to a directory of its own, and restore it as a job of"
                + " another name with the new storage");
  }

  private Registration registered(Optional<String> storage) {
    return new Registration(
        job,
        new StageId("aircraft"),
        new CodeVersion("3"),
        Configuration.DEFAULTS,
        List.of(),
        storage);
  }
}
