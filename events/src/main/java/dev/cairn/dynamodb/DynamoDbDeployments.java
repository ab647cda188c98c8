package dev.cairn.dynamodb;

import dev.cairn.checkpoint.CheckpointSettings;
import dev.cairn.format.FormatVersion;
import dev.cairn.id.JobId;
import dev.cairn.id.StageId;
import dev.cairn.job.Deployment;
import dev.cairn.retry.Backoff;
import dev.cairn.settings.SettingSource;
import java.util.Optional;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;

/** Stores how jobs were deployed, in an item beside each job's. */
public final class DynamoDbDeployments {
  private static final String RESERVED_CONCURRENCY = "reservedConcurrency";
  private static final String STREAM_SHARDS = "streamShards";

  private final Table table;

  public DynamoDbDeployments(DynamoDbClient client, String tableName, Backoff backoff) {
    this.table = new Table(client, tableName, backoff);
  }

  /**
   * Returns the deployment; empty for the demo's job, and for a job whose coordinator has not run
   * yet.
   */
  public Optional<Deployment> find(JobId job) {
    return table.get(TableLayout.deploymentKey(job)).map(item -> read(job, item));
  }

  /** Stores a deployment, replacing an earlier one; does not write if they are equal. */
  public void register(Deployment deployment) {
    if (!find(deployment.job()).equals(Optional.of(deployment))) {
      table.put("register the deployment of job " + deployment.job(), write(deployment).values());
    }
  }

  private static Item write(Deployment deployment) {
    Item item =
        Item.at(TableLayout.deploymentKey(deployment.job()))
            .put("stage", deployment.stage().value())
            .put("stream", deployment.stream())
            .put("storage", deployment.storage())
            .put("taskFunction", deployment.taskFunction())
            .put("settings", JobItems.write(deployment.settings().configuration().set()));
    deployment
        .reservedConcurrency()
        .ifPresent(reserved -> item.put(RESERVED_CONCURRENCY, reserved));
    deployment.streamShards().ifPresent(shards -> item.put(STREAM_SHARDS, shards));
    return deployment.reads() == FormatVersion.OLDEST.number()
        ? item
        : item.put(RegistrationItems.READS, deployment.reads());
  }

  private static Deployment read(JobId job, Item item) {
    return new Deployment(
        job,
        item.parse("stage", item.text("stage"), StageId::new),
        item.text("stream"),
        item.text("storage"),
        item.text("taskFunction"),
        item.parse(
            "settings",
            item.map("settings"),
            settings ->
                new CheckpointSettings(
                    JobItems.readConfiguration(settings, SettingSource.ENVIRONMENT))),
        RegistrationItems.reads(item),
        wholeNumber(item, RESERVED_CONCURRENCY),
        wholeNumber(item, STREAM_SHARDS));
  }

  private static Optional<Integer> wholeNumber(Item item, String attribute) {
    return item.optionalNumber(attribute)
        .map(number -> item.parse(attribute, number, Math::toIntExact));
  }
}
