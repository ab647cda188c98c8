package dev.cairn.inmemory.dynamodb;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.IntUnaryOperator;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/** Reads are consistent only where they ask for it. */
class InMemoryDynamoDbTest {
  @Test
  void aConsistentReadSeesEveryWrite() {
    InMemoryDynamoDb table = written(mostStale -> mostStale);

    assertThat(get(table, "1", true)).isEqualTo("new");
    assertThat(query(table, true)).containsExactly("new", "other");
  }

  @Test
  void anEventuallyConsistentReadMayMissThePartitionsLastWrites() {
    assertThat(get(written(mostStale -> mostStale), "1", false)).isEqualTo("none");
    assertThat(query(written(mostStale -> mostStale), false)).isEmpty();
    assertThat(get(written(mostStale -> 1), "1", false)).isEqualTo("old");
    assertThat(query(written(mostStale -> 1), false)).containsExactly("old", "other");
    assertThat(query(written(mostStale -> 2), false)).containsExactly("old");
  }

  @Test
  void anEventuallyConsistentReadMaySeeEveryWrite() {
    assertThat(query(written(mostStale -> 0), false)).containsExactly("new", "other");
  }

  /** Three writes: an item, another one, and the first one anew. */
  private static InMemoryDynamoDb written(IntUnaryOperator notSeen) {
    InMemoryDynamoDb table = new InMemoryDynamoDb(InMemoryDynamoDb.Watcher.NONE, notSeen);
    put(table, "1", "old");
    put(table, "2", "other");
    put(table, "1", "new");
    return table;
  }

  private static void put(InMemoryDynamoDb table, String sk, String value) {
    Map<String, AttributeValue> item =
        Map.of("pk", text("p"), "sk", text(sk), "value", text(value));
    table.putItem(put -> put.tableName("t").item(item));
  }

  private static String get(InMemoryDynamoDb table, String sk, boolean consistent) {
    Map<String, AttributeValue> item =
        table
            .getItem(
                get ->
                    get.tableName("t")
                        .key(Map.of("pk", text("p"), "sk", text(sk)))
                        .consistentRead(consistent))
            .item();
    return item.isEmpty() ? "none" : value(item);
  }

  private static List<String> query(InMemoryDynamoDb table, boolean consistent) {
    return table
        .query(
            query ->
                query
                    .tableName("t")
                    .keyConditionExpression("pk = :p")
                    .expressionAttributeValues(Map.of(":p", text("p")))
                    .consistentRead(consistent))
        .items()
        .stream()
        .map(InMemoryDynamoDbTest::value)
        .toList();
  }

  private static String value(Map<String, AttributeValue> item) {
    return Objects.requireNonNull(item.get("value")).s();
  }

  private static AttributeValue text(String value) {
    return AttributeValue.fromS(value);
  }
}
