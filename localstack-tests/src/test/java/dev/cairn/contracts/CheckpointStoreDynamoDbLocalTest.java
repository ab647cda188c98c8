package dev.cairn.contracts;

import dev.cairn.job.CheckpointStore;
import dev.cairn.journal.Journal;

class CheckpointStoreDynamoDbLocalTest extends CheckpointStoreContract {
  @Override
  public Journal journal() {
    return LocalTable.journal();
  }

  @Override
  public CheckpointStore checkpoints() {
    return LocalTable.checkpoints();
  }
}
