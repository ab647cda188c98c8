package dev.cairn.contracts;

import dev.cairn.retry.Backoff;
import org.junit.jupiter.api.condition.EnabledIf;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;

@EnabledIf("dev.cairn.contracts.LocalStackServices#isAvailable")
final class DynamoDbFileStorageLocalStackTest extends DynamoDbFileStorageContract {
  @Override
  DynamoDbClient client() {
    return LocalStackServices.dynamoDb();
  }

  @Override
  Backoff backoff() {
    return Backoff.sleeping();
  }
}
