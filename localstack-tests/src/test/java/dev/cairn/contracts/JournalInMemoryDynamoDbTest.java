package dev.cairn.contracts;

import dev.cairn.dynamodb.DynamoDbCheckpointStore;
import dev.cairn.dynamodb.DynamoDbJournal;
import dev.cairn.inmemory.dynamodb.InMemoryDynamoDb;
import dev.cairn.job.CheckpointStore;
import dev.cairn.journal.Journal;
import java.time.Instant;

/** The simulation and the scale test prove as much as this table is like DynamoDB. */
class JournalInMemoryDynamoDbTest extends JournalContract {
  private final InMemoryDynamoDb client = new InMemoryDynamoDb();

  @Override
  Journal journal() {
    return new DynamoDbJournal(client, LocalTable.NAME, LocalTable.WITHOUT_PAUSE);
  }

  @Override
  CheckpointStore checkpoints() {
    return new DynamoDbCheckpointStore(
        client, LocalTable.NAME, LocalTable.WITHOUT_PAUSE, () -> Instant.EPOCH);
  }

  @Override
  boolean expire(Instant now) {
    client.expire(now);
    return true;
  }
}
