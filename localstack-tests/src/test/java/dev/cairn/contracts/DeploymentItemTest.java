package dev.cairn.contracts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cairn.checkpoint.CheckpointSettings;
import dev.cairn.checkpoint.Deployment;
import dev.cairn.dynamodb.DynamoDbDeployments;
import dev.cairn.id.JobId;
import dev.cairn.id.StageId;
import java.time.Duration;
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
  }

  @Test
  void aJobDoesNotGoOnWithAnotherStream() {
    Deployment elsewhere = deployed("arrivals", first.settings());

    assertThatCode(() -> first.requireSameStream(first)).doesNotThrowAnyException();
    assertThatThrownBy(() -> elsewhere.requireSameStream(first))
        .hasMessageContaining("has read stream departures and is deployed with arrivals now")
        .hasMessageContaining("give the new one another job name");
  }
}
