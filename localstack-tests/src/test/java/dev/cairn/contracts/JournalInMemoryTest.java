package dev.cairn.contracts;

import dev.cairn.inmemory.dynamodb.InMemoryTable;
import dev.cairn.job.CheckpointStore;
import dev.cairn.journal.Journal;
import java.time.Instant;

class JournalInMemoryTest extends JournalContract {
  private final InMemoryTable table = new InMemoryTable(() -> Instant.EPOCH);

  @Override
  Journal journal() {
    return table;
  }

  @Override
  CheckpointStore checkpoints() {
    return table;
  }

  @Override
  boolean expire(Instant now) {
    table.expire(now);
    return true;
  }
}
