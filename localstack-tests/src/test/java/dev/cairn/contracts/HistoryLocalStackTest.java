package dev.cairn.contracts;

import dev.cairn.checkpoint.CheckpointSettings;
import dev.cairn.dynamodb.DynamoDbHistory;
import dev.cairn.history.History;
import dev.cairn.retry.Backoff;
import org.junit.jupiter.api.condition.EnabledIf;

@EnabledIf("dev.cairn.contracts.LocalStackServices#isAvailable")
class HistoryLocalStackTest extends HistoryContract {
  @Override
  History history() {
    return new DynamoDbHistory(
        LocalStackServices.dynamoDb(), LocalStackServices.TABLE, Backoff.sleeping(), CheckpointSettings.DEFAULTS);
  }
}
