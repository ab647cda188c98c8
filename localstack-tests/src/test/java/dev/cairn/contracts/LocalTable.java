package dev.cairn.contracts;

import dev.cairn.checkpoint.CheckpointSettings;
import dev.cairn.dynamodb.CairnTable;
import dev.cairn.dynamodb.DynamoDbCheckpointStore;
import dev.cairn.dynamodb.DynamoDbDeployments;
import dev.cairn.dynamodb.DynamoDbJournal;
import dev.cairn.dynamodb.DynamoDbMappingProblems;
import dev.cairn.dynamodb.DynamoDbRegistrations;
import dev.cairn.local.dynamodb.DynamoDbLocal;
import dev.cairn.parallel.FanOut;
import dev.cairn.retry.Backoff;
import java.time.Duration;
import java.time.Instant;

/** One table in DynamoDB Local; it ends with the process. */
final class LocalTable {
  static final DynamoDbLocal DYNAMODB = DynamoDbLocal.embedded();
  static final Backoff WITHOUT_PAUSE = new Backoff(3, Duration.ZERO, pause -> {});
  static final String NAME = "cairn";

  static {
    CairnTable.create(DYNAMODB.client(), NAME);
  }

  private LocalTable() {}

  static DynamoDbJournal journal() {
    return new DynamoDbJournal(DYNAMODB.client(), NAME, WITHOUT_PAUSE);
  }

  static DynamoDbCheckpointStore checkpoints() {
    return checkpoints(CheckpointSettings.DEFAULTS);
  }

  static DynamoDbDeployments deployments() {
    return new DynamoDbDeployments(DYNAMODB.client(), NAME, WITHOUT_PAUSE);
  }

  static DynamoDbMappingProblems mappingProblems() {
    return new DynamoDbMappingProblems(DYNAMODB.client(), NAME, WITHOUT_PAUSE);
  }

  static DynamoDbRegistrations registrations() {
    return new DynamoDbRegistrations(DYNAMODB.client(), NAME, WITHOUT_PAUSE);
  }

  static DynamoDbCheckpointStore checkpoints(CheckpointSettings deployed) {
    return new DynamoDbCheckpointStore(
        DYNAMODB.client(), NAME, WITHOUT_PAUSE, () -> Instant.EPOCH, deployed);
  }

  /** As a deployed coordinator has it. */
  static DynamoDbCheckpointStore deployedCheckpoints() {
    return new DynamoDbCheckpointStore(
        DYNAMODB.client(),
        NAME,
        WITHOUT_PAUSE,
        () -> Instant.EPOCH,
        CheckpointSettings.DEFAULTS,
        CheckpointSettings::requireDeployable,
        FanOut.ONE_BY_ONE);
  }
}
