package dev.cairn.contracts;

import dev.cairn.dynamodb.DynamoDbCheckpointStore;
import dev.cairn.dynamodb.DynamoDbJournal;
import dev.cairn.inmemory.dynamodb.InMemoryDynamoDb;
import dev.cairn.job.CheckpointStore;
import dev.cairn.journal.Journal;
import java.time.Instant;

/** The simulation and the scale test prove as much as this table is like DynamoDB. */
class CheckpointStoreInMemoryDynamoDbTest extends CheckpointStoreContract {
  private final InMemoryDynamoDb client = new InMemoryDynamoDb();

  @Override
  public Journal journal() {
    return new DynamoDbJournal(client, LocalTable.NAME, LocalTable.WITHOUT_PAUSE);
  }

  @Override
  public CheckpointStore checkpoints() {
    return new DynamoDbCheckpointStore(
        client, LocalTable.NAME, LocalTable.WITHOUT_PAUSE, () -> Instant.EPOCH);
  }
}
