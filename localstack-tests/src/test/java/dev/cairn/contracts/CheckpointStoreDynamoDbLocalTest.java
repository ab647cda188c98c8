package dev.cairn.contracts;

import dev.cairn.job.CheckpointStore;
import dev.cairn.journal.Journal;

class CheckpointStoreDynamoDbLocalTest extends CheckpointStoreContract {
  @Override
  Journal journal() {
    return LocalTable.journal();
  }

  @Override
  CheckpointStore checkpoints() {
    return LocalTable.checkpoints();
  }
}
