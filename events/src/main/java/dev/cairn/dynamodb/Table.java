package dev.cairn.dynamodb;

import dev.cairn.journal.OutcomeUnknownException;
import dev.cairn.retry.Backoff;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.function.Supplier;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.CancellationReason;
import software.amazon.awssdk.services.dynamodb.model.ConditionalCheckFailedException;
import software.amazon.awssdk.services.dynamodb.model.QueryRequest;
import software.amazon.awssdk.services.dynamodb.model.QueryResponse;
import software.amazon.awssdk.services.dynamodb.model.TransactWriteItem;
import software.amazon.awssdk.services.dynamodb.model.TransactWriteItemsRequest;
import software.amazon.awssdk.services.dynamodb.model.TransactionCanceledException;
import software.amazon.awssdk.services.dynamodb.model.TransactionConflictException;
import software.amazon.awssdk.services.dynamodb.model.TransactionInProgressException;

/**
 * Calls DynamoDB for the job's table, and interprets failures: a failed condition is a result; a
 * rejected request had no effect and is retried; any other request without a response may have had
 * its effect.
 */
final class Table {
  private static final String IS_FREE = "attribute_not_exists(" + TableLayout.PK + ")";
  private static final String CONDITION_FAILED = "ConditionalCheckFailed";
  private static final Set<String> TURNED_AWAY =
      Set.of(
          "TransactionConflict",
          "ThrottlingError",
          "ProvisionedThroughputExceeded",
          "RequestLimitExceeded");

  /** Errors other than throttling whose request had no effect and may succeed later. */
  private static final Set<String> IN_CONFLICT =
      Set.of(
          "TransactionConflictException",
          // Occurs only for a global table with strong consistency, when another Region is writing
          // the item.
          "ReplicatedWriteConflictException");

  private final DynamoDbClient client;
  private final String name;
  private final Backoff backoff;

  Table(DynamoDbClient client, String name, Backoff backoff) {
    this.client = client;
    this.name = name;
    this.backoff = backoff;
  }

  Optional<Item> get(Map<String, AttributeValue> key) {
    return call(
        "read " + describe(key),
        () -> {
          Map<String, AttributeValue> item =
              client.getItem(get -> get.tableName(name).key(key).consistentRead(true)).item();
          return item.isEmpty() ? Optional.empty() : Optional.of(Item.read(item));
        });
  }

  /** Reads some attributes of an item, separated by commas. */
  Optional<Item> get(Map<String, AttributeValue> key, String attributes) {
    return call(
        "read " + describe(key),
        () -> {
          Map<String, AttributeValue> item =
              client
                  .getItem(
                      get ->
                          get.tableName(name)
                              .key(key)
                              .consistentRead(true)
                              .projectionExpression(attributes))
                  .item();
          return item.isEmpty() ? Optional.empty() : Optional.of(Item.read(item));
        });
  }

  /** Reads all pages, consistently. */
  List<Item> query(String what, Consumer<QueryRequest.Builder> query) {
    return queryUntil(what, query, item -> false);
  }

  /** Reads pages until an item matches the given condition. */
  List<Item> queryUntil(String what, Consumer<QueryRequest.Builder> query, Predicate<Item> last) {
    List<Item> items = new ArrayList<>();
    Map<String, AttributeValue> from = Map.of();
    do {
      QueryRequest.Builder request =
          QueryRequest.builder().tableName(name).consistentRead(true).applyMutation(query);
      if (!from.isEmpty()) {
        request.exclusiveStartKey(from);
      }
      QueryResponse page = call("read " + what, () -> client.query(request.build()));
      for (Map<String, AttributeValue> values : page.items()) {
        Item item = Item.read(values);
        items.add(item);
        if (last.test(item)) {
          return items;
        }
      }
      from = page.hasLastEvaluatedKey() ? page.lastEvaluatedKey() : Map.of();
    } while (!from.isEmpty());
    return items;
  }

  /** Puts the item, replacing an existing one. */
  void put(String what, Map<String, AttributeValue> item) {
    call(what, () -> client.putItem(put -> put.tableName(name).item(item)));
  }

  /** Deletes the item, if there is one. */
  void delete(String what, Map<String, AttributeValue> key) {
    call(what, () -> client.deleteItem(delete -> delete.tableName(name).key(key)));
  }

  /** Puts the item if there is none at its key; returns whether it was put. */
  boolean putIfFree(String what, Map<String, AttributeValue> item) {
    return write(
        what,
        () -> client.putItem(put -> put.tableName(name).item(item).conditionExpression(IS_FREE)));
  }

  /** Replaces the item if its attribute has this number; returns whether it did. */
  boolean putOver(String what, Map<String, AttributeValue> item, String attribute, long number) {
    return write(
        what,
        () ->
            client.putItem(
                put ->
                    put.tableName(name)
                        .item(item)
                        .conditionExpression(attribute + " = :seen")
                        .expressionAttributeValues(Map.of(":seen", Item.number(number)))));
  }

  /** Makes the change if its conditions hold; returns whether they did. */
  boolean change(String what, ItemUpdate change) {
    return write(
        what,
        () ->
            client.updateItem(
                update -> {
                  update
                      .tableName(name)
                      .key(change.key())
                      .updateExpression(change.update())
                      .conditionExpression(change.condition())
                      .expressionAttributeValues(change.values());
                  if (!change.names().isEmpty()) {
                    update.expressionAttributeNames(change.names());
                  }
                }));
  }

  /** Returns a part of a transaction that puts the item, replacing an existing one. */
  TransactWriteItem put(Map<String, AttributeValue> item) {
    return TransactWriteItem.builder().put(put -> put.tableName(name).item(item)).build();
  }

  /** Returns a part of a transaction that puts the item if there is none at its key. */
  TransactWriteItem putIfFree(Map<String, AttributeValue> item) {
    return TransactWriteItem.builder()
        .put(put -> put.tableName(name).item(item).conditionExpression(IS_FREE))
        .build();
  }

  /** Returns a part of a transaction that replaces an item of this status. */
  TransactWriteItem putOver(String status, Map<String, AttributeValue> item) {
    return TransactWriteItem.builder()
        .put(
            put ->
                put.tableName(name)
                    .item(item)
                    .conditionExpression("#status = :status")
                    .expressionAttributeNames(Map.of("#status", "status"))
                    .expressionAttributeValues(Map.of(":status", AttributeValue.fromS(status))))
        .build();
  }

  /** Returns a part of a transaction that replaces the item if its attribute has this number. */
  TransactWriteItem putOver(Map<String, AttributeValue> item, String attribute, long number) {
    return TransactWriteItem.builder()
        .put(
            put ->
                put.tableName(name)
                    .item(item)
                    .conditionExpression(attribute + " = :seen")
                    .expressionAttributeValues(Map.of(":seen", Item.number(number))))
        .build();
  }

  /** Returns a part of a transaction that deletes the item, and fails if there is none. */
  TransactWriteItem deleteExisting(Map<String, AttributeValue> key) {
    return TransactWriteItem.builder()
        .delete(
            delete -> delete.tableName(name).key(key).conditionExpression("attribute_exists(pk)"))
        .build();
  }

  /** Returns a part of a transaction that makes the change. */
  TransactWriteItem change(ItemUpdate change) {
    return TransactWriteItem.builder()
        .update(
            update -> {
              update
                  .tableName(name)
                  .key(change.key())
                  .updateExpression(change.update())
                  .conditionExpression(change.condition())
                  .expressionAttributeValues(change.values());
              if (!change.names().isEmpty()) {
                update.expressionAttributeNames(change.names());
              }
            })
        .build();
  }

  /** Returns a part of a transaction that only checks the conditions. */
  TransactWriteItem require(ItemUpdate nothing) {
    return TransactWriteItem.builder()
        .conditionCheck(
            check -> {
              check
                  .tableName(name)
                  .key(nothing.key())
                  .conditionExpression(nothing.condition())
                  .expressionAttributeValues(nothing.values());
              if (!nothing.names().isEmpty()) {
                check.expressionAttributeNames(nothing.names());
              }
            })
        .build();
  }

  private boolean write(String what, Supplier<?> write) {
    try {
      call(what, write);
      return true;
    } catch (ConditionalCheckFailedException e) {
      return false;
    }
  }

  /**
   * Writes all or nothing.
   *
   * @return the places in the list, from 0, of the conditions that did not hold; none if it was
   *     written
   */
  List<Integer> transact(String what, List<TransactWriteItem> writes) {
    // All attempts have one token: DynamoDB then writes once, and responds to a repeated attempt as
    // to the attempt whose response was lost or that is still in progress.
    TransactWriteItemsRequest request =
        TransactWriteItemsRequest.builder()
            .transactItems(writes)
            .clientRequestToken(UUID.randomUUID().toString())
            .build();
    try {
      call(what, () -> client.transactWriteItems(request));
      return List.of();
    } catch (TransactionCanceledException e) {
      List<Integer> failed = failedConditions(e);
      if (failed.isEmpty()) {
        throw e;
      }
      return failed;
    }
  }

  private static List<Integer> failedConditions(TransactionCanceledException cancelled) {
    List<Integer> failed = new ArrayList<>();
    List<CancellationReason> reasons = cancelled.cancellationReasons();
    for (int i = 0; i < reasons.size(); i++) {
      if (CONDITION_FAILED.equals(reasons.get(i).code())) {
        failed.add(i);
      }
    }
    return failed;
  }

  private <T> T call(String what, Supplier<T> call) {
    try {
      return backoff.call(call, Table::wasRejected);
    } catch (TransactionCanceledException e) {
      throw wasRejected(e) ? unknown(what, e) : e;
    } catch (AwsServiceException e) {
      boolean outcomeUnknown = e.statusCode() >= 500 || wasRejected(e);
      throw outcomeUnknown ? unknown(what, e) : e;
    } catch (SdkClientException e) {
      throw unknown(what, e);
    }
  }

  private static boolean wasRejected(RuntimeException e) {
    return switch (e) {
      case TransactionConflictException conflict -> true;
      // An earlier attempt has not ended yet.
      case TransactionInProgressException inProgress -> true;
      // A failed condition is conclusive only if no earlier attempt of the transaction has an
      // unknown outcome.
      case TransactionCanceledException cancelled ->
          firstReason(cancelled).filter(TURNED_AWAY::contains).isPresent();
      case AwsServiceException service ->
          service.isThrottlingException() || IN_CONFLICT.contains(errorCode(service));
      default -> false;
    };
  }

  private static String errorCode(AwsServiceException e) {
    return e.awsErrorDetails() == null ? "" : String.valueOf(e.awsErrorDetails().errorCode());
  }

  private static Optional<String> firstReason(TransactionCanceledException cancelled) {
    return cancelled.cancellationReasons().stream()
        .map(CancellationReason::code)
        .filter(code -> code != null && !code.equals("None"))
        .findFirst();
  }

  private OutcomeUnknownException unknown(String what, RuntimeException cause) {
    return new OutcomeUnknownException(
        "table "
            + name
            + " did not respond: "
            + what
            + "; read it again and decide from what is there ("
            + cause.getMessage()
            + ")",
        cause);
  }

  private static String describe(Map<String, AttributeValue> key) {
    return Item.read(key).toString();
  }
}
