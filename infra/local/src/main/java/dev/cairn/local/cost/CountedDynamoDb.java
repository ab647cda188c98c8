package dev.cairn.local.cost;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.List;
import java.util.function.Consumer;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.ConsumedCapacity;
import software.amazon.awssdk.services.dynamodb.model.GetItemRequest;
import software.amazon.awssdk.services.dynamodb.model.GetItemResponse;
import software.amazon.awssdk.services.dynamodb.model.PutItemRequest;
import software.amazon.awssdk.services.dynamodb.model.PutItemResponse;
import software.amazon.awssdk.services.dynamodb.model.QueryRequest;
import software.amazon.awssdk.services.dynamodb.model.QueryResponse;
import software.amazon.awssdk.services.dynamodb.model.ReturnConsumedCapacity;
import software.amazon.awssdk.services.dynamodb.model.TransactWriteItemsRequest;
import software.amazon.awssdk.services.dynamodb.model.TransactWriteItemsResponse;
import software.amazon.awssdk.services.dynamodb.model.UpdateItemRequest;
import software.amazon.awssdk.services.dynamodb.model.UpdateItemResponse;

/**
 * A client whose requests are counted, each with the units that DynamoDB says it consumed. A
 * request of a kind that has no price here fails, so that nothing is left out.
 */
final class CountedDynamoDb implements InvocationHandler {
  private static final ReturnConsumedCapacity TOTAL = ReturnConsumedCapacity.TOTAL;

  private final DynamoDbClient there;
  private final Meter meter;
  private final Assumptions assumptions;

  private CountedDynamoDb(DynamoDbClient there, Meter meter, Assumptions assumptions) {
    this.there = there;
    this.meter = meter;
    this.assumptions = assumptions;
  }

  static DynamoDbClient on(DynamoDbClient there, Meter meter, Assumptions assumptions) {
    return (DynamoDbClient)
        Proxy.newProxyInstance(
            DynamoDbClient.class.getClassLoader(),
            new Class<?>[] {DynamoDbClient.class},
            new CountedDynamoDb(there, meter, assumptions));
  }

  @Override
  public Object invoke(Object proxy, Method method, Object[] arguments) throws Throwable {
    // The variants that take a builder's consumer are default methods, which call the others.
    if (arguments.length == 1 && arguments[0] instanceof Consumer<?>) {
      return InvocationHandler.invokeDefault(proxy, method, arguments);
    }
    Object request = arguments[0];
    Object response;
    try {
      response = method.invoke(there, asking(request));
    } catch (InvocationTargetException e) {
      // What a condition turned away is charged as if it had been written; no item here is known.
      count(request, 0, 1);
      throw e.getCause();
    }
    count(request, response);
    return response;
  }

  private static Object asking(Object request) {
    return switch (request) {
      case GetItemRequest get -> get.toBuilder().returnConsumedCapacity(TOTAL).build();
      case QueryRequest query -> query.toBuilder().returnConsumedCapacity(TOTAL).build();
      case PutItemRequest put -> put.toBuilder().returnConsumedCapacity(TOTAL).build();
      case UpdateItemRequest update -> update.toBuilder().returnConsumedCapacity(TOTAL).build();
      case TransactWriteItemsRequest transaction ->
          transaction.toBuilder().returnConsumedCapacity(TOTAL).build();
      default ->
          throw new IllegalStateException(
              "a " + request.getClass().getSimpleName() + " has no price here: give it one");
    };
  }

  private void count(Object request, Object response) {
    switch (response) {
      case GetItemResponse got -> count(request, got.consumedCapacity().capacityUnits(), 0);
      case QueryResponse page -> count(request, page.consumedCapacity().capacityUnits(), 0);
      case PutItemResponse put -> {
        double units = put.consumedCapacity().capacityUnits();
        count(request, 0, units);
        meter.stored(units);
      }
      case UpdateItemResponse updated ->
          count(request, 0, updated.consumedCapacity().capacityUnits());
      case TransactWriteItemsResponse written ->
          count(request, 0, units(written.consumedCapacity()));
      default ->
          throw new IllegalStateException(response.getClass() + " is no answer that is known");
    }
  }

  private static double units(List<ConsumedCapacity> tables) {
    return tables.stream().mapToDouble(ConsumedCapacity::capacityUnits).sum();
  }

  private void count(Object request, double readUnits, double writeUnits) {
    boolean transaction = request instanceof TransactWriteItemsRequest;
    meter.dynamoDb(
        request.getClass().getSimpleName().replace("Request", ""),
        transaction ? assumptions.dynamoDbTransaction() : assumptions.dynamoDb(),
        readUnits,
        writeUnits);
  }
}
