package dev.cairn.localstack.deployed.probe;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import software.amazon.awssdk.core.SdkRequest;
import software.amazon.awssdk.core.interceptor.Context;
import software.amazon.awssdk.core.interceptor.ExecutionAttributes;
import software.amazon.awssdk.core.interceptor.ExecutionInterceptor;
import software.amazon.awssdk.core.interceptor.SdkExecutionAttribute;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.TransactWriteItem;
import software.amazon.awssdk.services.dynamodb.model.TransactWriteItemsRequest;

/**
 * Prints which calls a function makes, each kind once a process; and stops its own process, by
 * SIGSTOP, right before or after a call that {@code /tmp/cairn-freeze} describes, once.
 */
public final class CallProbe implements ExecutionInterceptor {
  static final String MARK = "CAIRN-CALL ";
  private static final Path WANTED = Path.of("/tmp/cairn-freeze");
  private static final Path FROZEN = Path.of("/tmp/cairn-frozen");
  private static final List<String> RESOURCES =
      List.of(
          "TableName",
          "Bucket",
          "Key",
          "Prefix",
          "StreamName",
          "StreamARN",
          "FunctionName",
          "QueueUrl");

  private final Set<String> printed = ConcurrentHashMap.newKeySet();

  @Override
  public void beforeTransmission(
      Context.BeforeTransmission context, ExecutionAttributes attributes) {
    String service = attributes.getAttribute(SdkExecutionAttribute.SERVICE_NAME);
    String operation = attributes.getAttribute(SdkExecutionAttribute.OPERATION_NAME);
    for (String call : calls(service, operation, context.request())) {
      // Sequence numbers in file names would make each call one of its own.
      String kind = call.replaceAll("-[0-9]{20}-[^ ]*", "-").replaceAll("chk-[0-9]+", "chk-1");
      if (printed.add(kind)) {
        System.out.println(MARK + kind);
      }
    }
    freezeIfWanted("before " + operation + describe(context.request()));
  }

  @Override
  public void afterExecution(Context.AfterExecution context, ExecutionAttributes attributes) {
    String operation = attributes.getAttribute(SdkExecutionAttribute.OPERATION_NAME);
    freezeIfWanted("after " + operation + describe(context.request()));
  }

  /** What IAM looks at: a transaction is allowed write by write. */
  private static List<String> calls(String service, String operation, SdkRequest request) {
    if (!(request instanceof TransactWriteItemsRequest transaction)) {
      StringBuilder call = new StringBuilder(service + ":" + operation);
      for (String resource : RESOURCES) {
        text(request, resource)
            .ifPresent(value -> call.append(" ").append(resource).append("=").append(value));
      }
      return List.of(call.toString());
    }
    List<String> calls = new ArrayList<>();
    for (TransactWriteItem item : transaction.transactItems()) {
      if (item.put() != null) {
        calls.add(service + ":PutItem TableName=" + item.put().tableName());
      } else if (item.update() != null) {
        calls.add(service + ":UpdateItem TableName=" + item.update().tableName());
      } else if (item.delete() != null) {
        calls.add(service + ":DeleteItem TableName=" + item.delete().tableName());
      } else {
        calls.add(service + ":ConditionCheckItem TableName=" + item.conditionCheck().tableName());
      }
    }
    return calls;
  }

  /** The items that are put, by partition key and kind; the object, by its key. */
  private static String describe(SdkRequest request) {
    Stream<Map<String, AttributeValue>> items =
        switch (request) {
          case TransactWriteItemsRequest transaction ->
              transaction.transactItems().stream()
                  .filter(item -> item.put() != null)
                  .map(item -> item.put().item());
          case software.amazon.awssdk.services.dynamodb.model.PutItemRequest put ->
              Stream.of(put.item());
          default -> Stream.empty();
        };
    StringBuilder description = new StringBuilder();
    items.forEach(
        item ->
            description
                .append(" ")
                .append(text(item, "pk"))
                .append(" ")
                .append(text(item, "kind")));
    text(request, "Key").ifPresent(key -> description.append(" ").append(key));
    return description.toString();
  }

  /** A field's text; an item's key is called like an object's, and is none. */
  private static Optional<String> text(SdkRequest request, String field) {
    return request
        .getValueForField(field, Object.class)
        .filter(String.class::isInstance)
        .map(String.class::cast);
  }

  private static String text(Map<String, AttributeValue> item, String attribute) {
    AttributeValue value = item.get(attribute);
    return value == null ? "-" : value.s();
  }

  private static void freezeIfWanted(String point) {
    try {
      if (!Files.exists(WANTED) || !point.matches(Files.readString(WANTED).strip())) {
        return;
      }
      long pid = ProcessHandle.current().pid();
      // Only one of several processes gets it.
      Files.move(WANTED, Path.of("/tmp/cairn-claimed-" + pid), StandardCopyOption.ATOMIC_MOVE);
      Files.writeString(FROZEN, pid + " " + point);
      new ProcessBuilder("sh", "-c", "kill -STOP " + pid).start().waitFor();
    } catch (java.nio.file.NoSuchFileException e) {
      // Another process was first.
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
