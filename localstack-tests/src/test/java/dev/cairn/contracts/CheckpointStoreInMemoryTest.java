package dev.cairn.contracts;

import dev.cairn.inmemory.dynamodb.InMemoryTable;
import dev.cairn.job.CheckpointStore;
import dev.cairn.journal.Journal;
import java.time.Instant;

class CheckpointStoreInMemoryTest extends CheckpointStoreContract {
  private final InMemoryTable table = new InMemoryTable(() -> Instant.EPOCH);

  @Override
  public Journal journal() {
    return table;
  }

  @Override
  public CheckpointStore checkpoints() {
    return table;
  }
}
