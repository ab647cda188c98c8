package dev.cairn.measurements.coldstart;

import java.util.Map;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/** A cold start with clients and one call: a consistent Query that finds nothing. */
public final class ClientsAndOneQuery extends ClientsOnly {
  @Override
  void call(DynamoDbClient dynamoDb) {
    dynamoDb.query(
        query ->
            query
                .tableName(System.getenv("CAIRN_TABLE"))
                .consistentRead(true)
                .keyConditionExpression("pk = :pk")
                .expressionAttributeValues(Map.of(":pk", AttributeValue.fromS("NOTHING"))));
  }
}
