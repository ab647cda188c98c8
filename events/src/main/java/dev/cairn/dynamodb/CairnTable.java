package dev.cairn.dynamodb;

import java.util.List;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeDefinition;
import software.amazon.awssdk.services.dynamodb.model.BillingMode;
import software.amazon.awssdk.services.dynamodb.model.KeySchemaElement;
import software.amazon.awssdk.services.dynamodb.model.KeyType;
import software.amazon.awssdk.services.dynamodb.model.ResourceInUseException;
import software.amazon.awssdk.services.dynamodb.model.ScalarAttributeType;
import software.amazon.awssdk.services.dynamodb.model.StreamViewType;
import software.amazon.awssdk.services.dynamodb.model.TimeToLiveDescription;
import software.amazon.awssdk.services.dynamodb.model.TimeToLiveStatus;

/** Creates the table for development and tests; in a deployment the stack creates it. */
public final class CairnTable {
  private CairnTable() {}

  /**
   * Creates the table if it does not exist, and returns when it can be used. The table is billed
   * per request, has a stream of both images, and expires items.
   */
  public static void create(DynamoDbClient client, String name) {
    try {
      client.createTable(
          table ->
              table
                  .tableName(name)
                  .keySchema(key(TableLayout.PK, KeyType.HASH), key(TableLayout.SK, KeyType.RANGE))
                  .attributeDefinitions(List.of(text(TableLayout.PK), text(TableLayout.SK)))
                  .billingMode(BillingMode.PAY_PER_REQUEST)
                  .streamSpecification(
                      stream ->
                          stream
                              .streamEnabled(true)
                              .streamViewType(StreamViewType.NEW_AND_OLD_IMAGES)));
    } catch (ResourceInUseException e) {
      // The table exists, or another process is creating it; in both cases wait until it can be
      // used.
    }
    client.waiter().waitUntilTableExists(table -> table.tableName(name));
    if (!expires(client, name)) {
      client.updateTimeToLive(
          table ->
              table
                  .tableName(name)
                  .timeToLiveSpecification(
                      ttl -> ttl.enabled(true).attributeName(TableLayout.EXPIRES_AT)));
    }
  }

  private static KeySchemaElement key(String attribute, KeyType type) {
    return KeySchemaElement.builder().attributeName(attribute).keyType(type).build();
  }

  private static AttributeDefinition text(String attribute) {
    return AttributeDefinition.builder()
        .attributeName(attribute)
        .attributeType(ScalarAttributeType.S)
        .build();
  }

  private static boolean expires(DynamoDbClient client, String name) {
    TimeToLiveDescription ttl =
        client.describeTimeToLive(table -> table.tableName(name)).timeToLiveDescription();
    return ttl != null
        && (ttl.timeToLiveStatus() == TimeToLiveStatus.ENABLED
            || ttl.timeToLiveStatus() == TimeToLiveStatus.ENABLING);
  }
}
