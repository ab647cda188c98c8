package dev.cairn.contracts;

import dev.cairn.checkpoint.CheckpointSettings;
import dev.cairn.dynamodb.DynamoDbHistory;
import dev.cairn.history.History;
import dev.cairn.inmemory.dynamodb.InMemoryDynamoDb;

class HistoryInMemoryDynamoDbTest extends HistoryContract {
  private final InMemoryDynamoDb client = new InMemoryDynamoDb();

  @Override
  History history() {
    return new DynamoDbHistory(
        client, LocalTable.NAME, LocalTable.WITHOUT_PAUSE, CheckpointSettings.DEFAULTS);
  }
}
