package dev.cairn.local.cost;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cairn.cli.prices.BilledUnit;
import dev.cairn.dynamodb.CairnTable;
import dev.cairn.local.dynamodb.DynamoDbLocal;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.ConditionalCheckFailedException;

/** The units that are counted are those that DynamoDB's documentation names. */
class CountedDynamoDbTest {
  private static final DynamoDbLocal DATABASE = DynamoDbLocal.embedded();

  private final Meter meter = new Meter(Assumptions.DEFAULTS);
  private final DynamoDbClient client =
      CountedDynamoDb.on(DATABASE.client(), meter, Assumptions.DEFAULTS);

  @BeforeAll
  static void createTable() {
    CairnTable.create(DATABASE.client(), "counted");
  }

  @AfterAll
  static void stop() {
    DATABASE.close();
  }

  private static Map<String, AttributeValue> item(String key, int bytes) {
    return Map.of(
        "pk",
        AttributeValue.fromS(key),
        "sk",
        AttributeValue.fromS("1"),
        "body",
        AttributeValue.fromB(SdkBytes.fromByteArray(new byte[bytes])));
  }

  @Test
  void aWriteIsAUnitForEachKilobyteThatHasBegun() {
    client.putItem(put -> put.tableName("counted").item(item("small", 100)));
    assertThat(written()).isEqualTo(1);

    client.putItem(put -> put.tableName("counted").item(item("large", 2_500)));
    assertThat(written()).isEqualTo(3);
  }

  @Test
  void aTransactionsWritesAreTwice() {
    client.transactWriteItems(
        transaction ->
            transaction.transactItems(
                first -> first.put(put -> put.tableName("counted").item(item("one", 100))),
                second -> second.put(put -> put.tableName("counted").item(item("two", 1_500)))));

    assertThat(written()).isEqualTo(2 * (1 + 2));
  }

  @Test
  void anUpdateIsChargedForTheWholeItem() {
    client.putItem(put -> put.tableName("counted").item(item("updated", 3_500)));
    meter.drain();

    client.updateItem(
        update ->
            update
                .tableName("counted")
                .key(Map.of("pk", AttributeValue.fromS("updated"), "sk", AttributeValue.fromS("1")))
                .updateExpression("SET expiresAt = :at")
                .expressionAttributeValues(Map.of(":at", AttributeValue.fromN("4102444800"))));

    assertThat(written()).isEqualTo(4);
  }

  @Test
  void aConsistentReadIsAUnitForEachFourKilobytes() {
    client.putItem(put -> put.tableName("counted").item(item("read", 5_000)));
    meter.drain();

    client.query(
        query ->
            query
                .tableName("counted")
                .consistentRead(true)
                .keyConditionExpression("pk = :pk")
                .expressionAttributeValues(Map.of(":pk", AttributeValue.fromS("read"))));

    Meter.Count count = meter.drain();
    assertThat(count.of("DynamoDB Query")).isEqualTo(1);
    assertThat(count.usage().of(BilledUnit.DYNAMODB_READ_UNIT)).isEqualTo(2);
  }

  @Test
  void aConditionThatDoesNotHoldIsChargedAsWell() {
    client.putItem(put -> put.tableName("counted").item(item("taken", 100)));
    meter.drain();

    assertThatThrownBy(
            () ->
                client.putItem(
                    put ->
                        put.tableName("counted")
                            .item(item("taken", 100))
                            .conditionExpression("attribute_not_exists(pk)")))
        .isInstanceOf(ConditionalCheckFailedException.class);

    assertThat(written()).isEqualTo(1);
  }

  @Test
  void aRequestWithoutAPriceIsNotMadeSilently() {
    assertThatThrownBy(
            () ->
                client.deleteItem(
                    delete ->
                        delete
                            .tableName("counted")
                            .key(
                                Map.of(
                                    "pk",
                                    AttributeValue.fromS("any"),
                                    "sk",
                                    AttributeValue.fromS("1")))))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("DeleteItemRequest has no price here");
  }

  private double written() {
    return meter.drain().usage().of(BilledUnit.DYNAMODB_WRITE_UNIT);
  }
}
