package dev.cairn.contracts;

import dev.cairn.dynamodb.DynamoDbCheckpointStore;
import dev.cairn.dynamodb.DynamoDbJournal;
import dev.cairn.job.CheckpointStore;
import dev.cairn.journal.Journal;
import dev.cairn.retry.Backoff;
import java.time.Instant;
import org.junit.jupiter.api.condition.EnabledIf;

@EnabledIf("dev.cairn.contracts.LocalStackServices#isAvailable")
class CheckpointStoreLocalStackTest extends CheckpointStoreContract {

  @Override
  public Journal journal() {
    return new DynamoDbJournal(
        LocalStackServices.dynamoDb(), LocalStackServices.TABLE, Backoff.sleeping());
  }

  @Override
  public CheckpointStore checkpoints() {
    return new DynamoDbCheckpointStore(
        LocalStackServices.dynamoDb(),
        LocalStackServices.TABLE,
        Backoff.sleeping(),
        () -> Instant.EPOCH);
  }
}
