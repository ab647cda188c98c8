package dev.cairn.simulation;

import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.GetItemRequest;
import software.amazon.awssdk.services.dynamodb.model.GetItemResponse;
import software.amazon.awssdk.services.dynamodb.model.PutItemRequest;
import software.amazon.awssdk.services.dynamodb.model.PutItemResponse;
import software.amazon.awssdk.services.dynamodb.model.QueryRequest;
import software.amazon.awssdk.services.dynamodb.model.QueryResponse;
import software.amazon.awssdk.services.dynamodb.model.TransactWriteItem;
import software.amazon.awssdk.services.dynamodb.model.TransactWriteItemsRequest;
import software.amazon.awssdk.services.dynamodb.model.TransactWriteItemsResponse;
import software.amazon.awssdk.services.dynamodb.model.Update;
import software.amazon.awssdk.services.dynamodb.model.UpdateItemRequest;
import software.amazon.awssdk.services.dynamodb.model.UpdateItemResponse;

/**
 * A table that does not check one of the conditions of the protocol's writes: each request is
 * changed on its way to the real table.
 */
class SabotagedTable implements DynamoDbClient {
  // Holds for each item that there is, and the protocol updates no other.
  private static final String ALWAYS = "attribute_exists(pk)";

  final DynamoDbClient table;

  SabotagedTable(DynamoDbClient table) {
    this.table = table;
  }

  /** A table that does not check these parts of conditions, wherever they are. */
  static UnaryOperator<DynamoDbClient> ignoring(String... clauses) {
    return table ->
        new SabotagedTable(table) {
          @Override
          List<TransactWriteItem> transaction(List<TransactWriteItem> writes) {
            return writes.stream().map(write -> without(write, clauses)).toList();
          }
        };
  }

  /** A table that does not check the conditions of updates that assign an attribute. */
  static UnaryOperator<DynamoDbClient> ignoringConditionsWhenSetting(String assignment) {
    return table ->
        new SabotagedTable(table) {
          @Override
          List<TransactWriteItem> transaction(List<TransactWriteItem> writes) {
            return writes.stream().anyMatch(write -> sets(write, assignment))
                ? unconditionally(writes)
                : writes;
          }
        };
  }

  /** A table that leaves some parts out of the transactions that have a certain part. */
  static UnaryOperator<DynamoDbClient> leavingOut(
      Predicate<TransactWriteItem> out, Predicate<TransactWriteItem> beside) {
    return table ->
        new SabotagedTable(table) {
          @Override
          List<TransactWriteItem> transaction(List<TransactWriteItem> writes) {
            return writes.stream().anyMatch(beside)
                ? writes.stream().filter(out.negate()).toList()
                : writes;
          }
        };
  }

  static boolean sets(TransactWriteItem write, String assignment) {
    return write.update() != null && write.update().updateExpression().contains(assignment);
  }

  /** Whether an item with this beginning of its sort key is put. */
  static boolean puts(TransactWriteItem write, String sk) {
    return write.put() != null && text(write.put().item(), "sk").startsWith(sk);
  }

  static boolean putsStatus(TransactWriteItem write, String status) {
    return write.put() != null
        && AttributeValue.fromS(status).equals(write.put().item().get("status"));
  }

  static boolean isJournal(Map<String, AttributeValue> key) {
    return text(key, "pk").startsWith("JOURNAL#");
  }

  private static String text(Map<String, AttributeValue> item, String attribute) {
    return Objects.requireNonNull(item.get(attribute)).s();
  }

  /** Whether a condition is checked on an item with this beginning of its sort key. */
  static boolean checks(TransactWriteItem write, String sk) {
    return write.conditionCheck() != null
        && text(write.conditionCheck().key(), "sk").startsWith(sk);
  }

  /** All changes of a transaction, without a single condition. */
  static List<TransactWriteItem> unconditionally(List<TransactWriteItem> writes) {
    return writes.stream()
        .filter(write -> write.conditionCheck() == null)
        .map(SabotagedTable::unconditional)
        .toList();
  }

  private static TransactWriteItem unconditional(TransactWriteItem write) {
    return write.put() != null
        ? TransactWriteItem.builder()
            .put(put -> put.tableName(write.put().tableName()).item(write.put().item()))
            .build()
        : with(write.update(), ALWAYS);
  }

  private static TransactWriteItem with(Update update, String condition) {
    return TransactWriteItem.builder()
        .update(update.toBuilder().conditionExpression(condition).build())
        .build();
  }

  static TransactWriteItem without(TransactWriteItem write, String... clauses) {
    if (write.update() != null) {
      return with(write.update(), without(write.update().conditionExpression(), clauses));
    }
    if (write.conditionCheck() != null) {
      String condition = without(write.conditionCheck().conditionExpression(), clauses);
      return TransactWriteItem.builder()
          .conditionCheck(write.conditionCheck().toBuilder().conditionExpression(condition).build())
          .build();
    }
    return write;
  }

  private static String without(String condition, String... clauses) {
    String left = condition;
    for (String clause : clauses) {
      left = left.replace(clause, ALWAYS);
    }
    return left;
  }

  List<TransactWriteItem> transaction(List<TransactWriteItem> writes) {
    return writes;
  }

  @Override
  public TransactWriteItemsResponse transactWriteItems(TransactWriteItemsRequest request) {
    return table.transactWriteItems(
        request.toBuilder().transactItems(transaction(request.transactItems())).build());
  }

  @Override
  public PutItemResponse putItem(PutItemRequest request) {
    return table.putItem(request);
  }

  @Override
  public UpdateItemResponse updateItem(UpdateItemRequest request) {
    return table.updateItem(request);
  }

  @Override
  public GetItemResponse getItem(GetItemRequest request) {
    return table.getItem(request);
  }

  @Override
  public QueryResponse query(QueryRequest request) {
    return table.query(request);
  }

  @Override
  public String serviceName() {
    return SERVICE_NAME;
  }

  @Override
  public void close() {
    table.close();
  }
}
