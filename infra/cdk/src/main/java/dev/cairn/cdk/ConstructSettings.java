package dev.cairn.cdk;

import dev.cairn.checkpoint.CheckpointSettings;
import dev.cairn.id.JobId;
import dev.cairn.id.StageId;
import dev.cairn.settings.Configuration;
import dev.cairn.settings.Option;
import dev.cairn.state.StartPosition;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import software.amazon.awscdk.RemovalPolicy;
import software.amazon.awscdk.services.events.IEventBus;
import software.amazon.awscdk.services.kms.IKey;
import software.amazon.awscdk.services.lambda.Architecture;
import software.amazon.awscdk.services.lambda.Runtime;
import software.amazon.awscdk.services.logs.LogGroup;
import software.amazon.awscdk.services.logs.RetentionDays;
import software.amazon.awscdk.services.s3.Bucket;
import software.amazon.awscdk.services.sns.ITopic;
import software.constructs.Construct;

/** The validated settings of a builder. */
record ConstructSettings(
    JobId job,
    StageId stage,
    String functionClass,
    Path code,
    SourceStream source,
    StartPosition start,
    FailurePolicy failurePolicy,
    CheckpointSettings checkpointing,
    Lambda lambda,
    Batches batches,
    RemovalPolicy removalPolicy,
    RetentionDays logRetention,
    Alarming alarming,
    Optional<IEventBus> events,
    Optional<IKey> encryptionKey,
    Optional<Network> network) {

  /** A placeholder for the created bucket, whose name is not known at synthesis. */
  static final String OWN_BUCKET = "s3://own";

  /**
   * Returns the environment variables that hold the settings.
   *
   * @param options those that concern the function
   */
  Map<String, String> variables(List<Option<?>> options, Optional<Bucket> bucket) {
    Map<String, String> variables = new TreeMap<>();
    for (Configuration.Setting<?> setting : checkpointing.configuration().set()) {
      if (options.contains(setting.option())) {
        String text = setting.text();
        variables.put(
            setting.option().variable(),
            bucket
                .filter(own -> text.equals(OWN_BUCKET))
                .map(own -> "s3://" + own.getBucketName())
                .orElse(text));
      }
    }
    return variables;
  }

  /** Whether checkpoints lie inside the table, so that no bucket is needed. */
  boolean isInline() {
    return switch (checkpointing.checkpointStorage()) {
      case JOBMANAGER -> true;
      case FILESYSTEM -> false;
    };
  }

  /** Creates a function's log group, with the job's removal policy. */
  LogGroup logGroup(Construct scope, String id) {
    LogGroup.Builder group =
        LogGroup.Builder.create(scope, id).retention(logRetention).removalPolicy(removalPolicy);
    encryptionKey.ifPresent(group::encryptionKey);
    return group.build();
  }

  static software.amazon.awscdk.Duration seconds(Duration duration) {
    return software.amazon.awscdk.Duration.seconds(duration.toSeconds());
  }

  /** How the task function runs. */
  record Lambda(
      Runtime runtime,
      Architecture architecture,
      int memoryMiB,
      Duration timeout,
      boolean snapStart,
      Optional<Integer> reservedConcurrency,
      boolean traced,
      boolean jsonLogs,
      Map<String, String> environment) {}

  /**
   * The notifications of alarms.
   *
   * @param lag how long a record may wait
   * @param topic notified when an alarm goes on
   * @param okTopic notified when an alarm goes off
   */
  record Alarming(Duration lag, Optional<ITopic> topic, Optional<ITopic> okTopic) {}

  /** The limits of a batch that the mapping delivers. */
  record Batches(int mostRecords, Duration window) {}
}
