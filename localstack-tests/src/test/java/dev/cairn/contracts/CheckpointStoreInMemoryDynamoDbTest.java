package dev.cairn.contracts;

import dev.cairn.dynamodb.DynamoDbCheckpointStore;
import dev.cairn.dynamodb.DynamoDbJournal;
import dev.cairn.dynamodb.TableEvents.ItemChange;
import dev.cairn.inmemory.dynamodb.InMemoryDynamoDb;
import dev.cairn.job.CheckpointStore;
import dev.cairn.journal.Journal;
import java.time.Instant;

/** The adapters on the table that the scale test counts: it is worth what its answers are. */
class CheckpointStoreInMemoryDynamoDbTest extends CheckpointStoreContract {
  private final InMemoryDynamoDb client = new InMemoryDynamoDb(new Unwatched());

  private static final class Unwatched implements InMemoryDynamoDb.Watcher {
    @Override
    public void requested(InMemoryDynamoDb.Request request) {}

    @Override
    public void changed(ItemChange change) {}
  }

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
