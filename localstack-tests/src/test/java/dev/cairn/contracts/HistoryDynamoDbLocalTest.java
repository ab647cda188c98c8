package dev.cairn.contracts;

import dev.cairn.checkpoint.CheckpointSettings;
import dev.cairn.dynamodb.DynamoDbHistory;
import dev.cairn.history.History;

class HistoryDynamoDbLocalTest extends HistoryContract {
  @Override
  History history() {
    return new DynamoDbHistory(
        LocalTable.DYNAMODB.client(), LocalTable.NAME, LocalTable.WITHOUT_PAUSE, CheckpointSettings.DEFAULTS);
  }
}
