package dev.cairn.inmemory.dynamodb;

import dev.cairn.dynamodb.TableEvents.ItemChange;
import dev.cairn.inmemory.dynamodb.Condition.Scope;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.IntUnaryOperator;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.CancellationReason;
import software.amazon.awssdk.services.dynamodb.model.ConditionalCheckFailedException;
import software.amazon.awssdk.services.dynamodb.model.DeleteItemRequest;
import software.amazon.awssdk.services.dynamodb.model.DeleteItemResponse;
import software.amazon.awssdk.services.dynamodb.model.GetItemRequest;
import software.amazon.awssdk.services.dynamodb.model.GetItemResponse;
import software.amazon.awssdk.services.dynamodb.model.PutItemRequest;
import software.amazon.awssdk.services.dynamodb.model.PutItemResponse;
import software.amazon.awssdk.services.dynamodb.model.QueryRequest;
import software.amazon.awssdk.services.dynamodb.model.QueryResponse;
import software.amazon.awssdk.services.dynamodb.model.TransactWriteItemsRequest;
import software.amazon.awssdk.services.dynamodb.model.TransactWriteItemsResponse;
import software.amazon.awssdk.services.dynamodb.model.TransactionCanceledException;
import software.amazon.awssdk.services.dynamodb.model.UpdateItemRequest;
import software.amazon.awssdk.services.dynamodb.model.UpdateItemResponse;

/**
 * A DynamoDB client with one table in memory, for the requests and expressions that Cairn uses; it
 * refuses any other. As in DynamoDB, reads are consistent only if the request says so. A watcher
 * sees the capacity that each request uses at each partition key, because DynamoDB's quotas are per
 * key.
 */
public final class InMemoryDynamoDb implements DynamoDbClient {
  static final String PK = "pk";
  static final String SK = "sk";
  private static final long LARGEST_ITEM_BYTES = 400 * 1024;
  private static final long LARGEST_PAGE_BYTES = 1024 * 1024;
  private static final int MOST_WRITES_OF_A_TRANSACTION = 100;
  private static final double READ_UNIT_BYTES = 4096;
  private static final double WRITE_UNIT_BYTES = 1024;

  private final Watcher watcher;
  private final IntUnaryOperator notSeen;
  private final Map<String, Partition> partitions = new HashMap<>();

  /** Is notified of each request after its effect and before its response. */
  public interface Watcher {
    /** Sees nothing. */
    Watcher NONE =
        new Watcher() {
          @Override
          public void requested(Request request) {}

          @Override
          public void changed(ItemChange change) {}
        };

    void requested(Request request);

    /** Called with a change as the table's stream would deliver it. */
    void changed(ItemChange change);
  }

  /**
   * One request.
   *
   * @param kind such as {@code Query}
   */
  public record Request(String kind, List<Use> uses) {}

  /**
   * The capacity that a request uses at one partition key.
   *
   * @param largestItemBytes the size of the largest item that it accesses
   */
  public record Use(
      String partitionKey, double readUnits, double writeUnits, long largestItemBytes) {}

  /**
   * Creates a table without a watcher, whose eventually consistent reads are as stale as possible.
   */
  public InMemoryDynamoDb() {
    this(Watcher.NONE);
  }

  /** Creates a table whose eventually consistent reads are as stale as possible. */
  public InMemoryDynamoDb(Watcher watcher) {
    this(watcher, mostStale -> mostStale);
  }

  /**
   * Creates a table whose reads are consistent only if the request says so.
   *
   * @param notSeen chooses, for each eventually consistent read, how many of the partition's last
   *     writes it misses: from 0 to the given number
   */
  public InMemoryDynamoDb(Watcher watcher, IntUnaryOperator notSeen) {
    this.watcher = watcher;
    this.notSeen = notSeen;
  }

  /** Counts the changes of the items with a partition key so far. */
  public synchronized long changes(String partitionKey) {
    Partition partition = partitions.get(partitionKey);
    return partition == null ? 0 : partition.changes();
  }

  /** Returns the items with a partition key as they are stored, in the order of their sort keys. */
  public synchronized List<Map<String, AttributeValue>> items(String partitionKey) {
    Partition partition = partitions.get(partitionKey);
    return partition == null
        ? List.of()
        : partition.items().values().stream().map(StoredItem::attributes).toList();
  }

  /** Counts the items of the table. */
  public synchronized int size() {
    return partitions.values().stream().mapToInt(partition -> partition.items().size()).sum();
  }

  /**
   * Deletes every item that has expired at this time, as the table may do at any time from then on.
   *
   * @return how many items were deleted
   */
  public int expire(Instant now) {
    List<Map<String, AttributeValue>> expired = new ArrayList<>();
    synchronized (this) {
      partitions.values().forEach(partition -> partition.expire(now, expired));
    }
    expired.forEach(item -> watcher.changed(new ItemChange(key(item), item, Map.of())));
    return expired.size();
  }

  @Override
  public String serviceName() {
    return SERVICE_NAME;
  }

  @Override
  public void close() {}

  @Override
  public GetItemResponse getItem(GetItemRequest request) {
    String pk = text(request.key(), PK);
    StoredItem item;
    synchronized (this) {
      item =
          seen(pk, request.consistentRead()).getOrDefault(text(request.key(), SK), StoredItem.NONE);
    }
    watcher.requested(
        new Request("GetItem", List.of(read(pk, List.of(item), request.consistentRead()))));
    return GetItemResponse.builder()
        .item(projection(request.projectionExpression()).apply(item.attributes()))
        .build();
  }

  @Override
  public QueryResponse query(QueryRequest request) {
    Condition condition = Write.condition(request.keyConditionExpression());
    Scope scope =
        new Scope(
            Map.of(), request.expressionAttributeNames(), request.expressionAttributeValues());
    String pk = partitionKey(condition, scope);
    List<StoredItem> page = new ArrayList<>();
    Optional<StoredItem> last = page(request, pk, condition, scope, page);
    watcher.requested(new Request("Query", List.of(read(pk, page, request.consistentRead()))));
    UnaryOperator<Map<String, AttributeValue>> projection =
        projection(request.projectionExpression());
    QueryResponse.Builder response =
        QueryResponse.builder()
            .items(page.stream().map(StoredItem::attributes).map(projection).toList())
            .count(page.size());
    last.ifPresent(item -> response.lastEvaluatedKey(key(item.attributes())));
    return response.build();
  }

  private static String partitionKey(Condition condition, Scope scope) {
    return switch (condition) {
      case Condition.Compared(String path, String operator, String value)
          when path.equals(PK) && operator.equals("=") ->
          scope.value(value).s();
      case Condition.All(var conditions) -> partitionKey(conditions.getFirst(), scope);
      case Condition other ->
          throw new IllegalArgumentException(
              "\"" + other + "\" does not begin with a partition key");
    };
  }

  /** Fills a page; returns its last item if there may be more. */
  private synchronized Optional<StoredItem> page(
      QueryRequest request, String pk, Condition condition, Scope scope, List<StoredItem> page) {
    NavigableMap<String, StoredItem> selected =
        Partition.select(seen(pk, request.consistentRead()), condition, scope);
    if (Boolean.FALSE.equals(request.scanIndexForward())) {
      selected = selected.descendingMap();
    }
    if (request.hasExclusiveStartKey()) {
      selected = selected.tailMap(text(request.exclusiveStartKey(), SK), false);
    }
    long bytes = 0;
    for (StoredItem item : selected.values()) {
      page.add(item);
      bytes += item.bytes();
      boolean full = request.limit() != null && page.size() == request.limit();
      if (full || bytes >= LARGEST_PAGE_BYTES) {
        return Optional.of(item);
      }
    }
    return Optional.empty();
  }

  /** Returns a partition as a read sees it. */
  private NavigableMap<String, StoredItem> seen(String pk, @Nullable Boolean consistentRead) {
    Partition partition = partitions.get(pk);
    if (partition == null) {
      return new TreeMap<>();
    }
    return Boolean.TRUE.equals(consistentRead)
        ? partition.items()
        : partition.before(notSeen.applyAsInt(partition.mostNotSeen()));
  }

  private static UnaryOperator<Map<String, AttributeValue>> projection(
      @Nullable String expression) {
    if (expression == null) {
      return UnaryOperator.identity();
    }
    Set<String> names = Set.of(expression.split(", "));
    return item -> {
      Map<String, AttributeValue> projected = new LinkedHashMap<>(item);
      projected.keySet().retainAll(names);
      return projected;
    };
  }

  private static Use read(String pk, List<StoredItem> items, @Nullable Boolean consistentRead) {
    long bytes = 0;
    long largest = 0;
    for (StoredItem item : items) {
      bytes += item.bytes();
      largest = Math.max(largest, item.bytes());
    }
    double units = Math.max(1, Math.ceil(bytes / READ_UNIT_BYTES));
    return new Use(pk, Boolean.TRUE.equals(consistentRead) ? units : units / 2, 0, largest);
  }

  @Override
  public PutItemResponse putItem(PutItemRequest request) {
    writeOne("PutItem", Write.of(request));
    return PutItemResponse.builder().build();
  }

  @Override
  public UpdateItemResponse updateItem(UpdateItemRequest request) {
    writeOne("UpdateItem", Write.of(request));
    return UpdateItemResponse.builder().build();
  }

  @Override
  public DeleteItemResponse deleteItem(DeleteItemRequest request) {
    writeOne("DeleteItem", Write.of(request));
    return DeleteItemResponse.builder().build();
  }

  private void writeOne(String kind, Write write) {
    if (!write(kind, List.of(write), 1).isEmpty()) {
      throw ConditionalCheckFailedException.builder()
          .message("The conditional request failed")
          .build();
    }
  }

  @Override
  public TransactWriteItemsResponse transactWriteItems(TransactWriteItemsRequest request) {
    if (request.transactItems().size() > MOST_WRITES_OF_A_TRANSACTION) {
      throw new IllegalArgumentException(
          "a transaction of " + request.transactItems().size() + " writes");
    }
    List<Write> writes = request.transactItems().stream().map(Write::of).toList();
    List<Integer> failed = write("TransactWriteItems", writes, 2);
    if (!failed.isEmpty()) {
      List<CancellationReason> reasons = new ArrayList<>();
      for (int i = 0; i < writes.size(); i++) {
        String code = failed.contains(i) ? "ConditionalCheckFailed" : "None";
        reasons.add(CancellationReason.builder().code(code).build());
      }
      throw TransactionCanceledException.builder()
          .message("Transaction cancelled")
          .cancellationReasons(reasons)
          .build();
    }
    return TransactWriteItemsResponse.builder().build();
  }

  /**
   * Makes all changes, or none if a condition fails, at equal cost.
   *
   * @return the places in the list of the writes whose conditions did not hold
   */
  private List<Integer> write(String kind, List<Write> writes, int unitsFactor) {
    List<Integer> failed = new ArrayList<>();
    List<Use> uses = new ArrayList<>();
    List<ItemChange> made = new ArrayList<>();
    synchronized (this) {
      List<StoredItem> afters = new ArrayList<>();
      for (int i = 0; i < writes.size(); i++) {
        Write write = writes.get(i);
        StoredItem before = item(write.key());
        boolean holds = write.holds(before);
        StoredItem after = holds ? write.after(before) : before;
        afters.add(after);
        if (!holds) {
          failed.add(i);
        }
        long bytes = Math.max(before.bytes(), after.bytes());
        if (bytes > LARGEST_ITEM_BYTES) {
          throw new IllegalArgumentException("an item of " + bytes + " bytes at " + write.key());
        }
        double units = unitsFactor * Math.max(1, Math.ceil(bytes / WRITE_UNIT_BYTES));
        uses.add(new Use(text(write.key(), PK), 0, units, bytes));
        if (!after.attributes().equals(before.attributes())) {
          made.add(new ItemChange(key(write.key()), before.attributes(), after.attributes()));
        }
      }
      if (failed.isEmpty()) {
        for (int i = 0; i < writes.size(); i++) {
          if (!(writes.get(i).effect() instanceof Write.Effect.Nothing)) {
            store(writes.get(i).key(), afters.get(i));
          }
        }
      }
    }
    watcher.requested(new Request(kind, uses));
    if (failed.isEmpty()) {
      made.forEach(watcher::changed);
    }
    return failed;
  }

  private void store(Map<String, AttributeValue> key, StoredItem item) {
    Partition partition = partitions.computeIfAbsent(text(key, PK), absent -> new Partition());
    if (item.isThere()) {
      partition.put(text(key, SK), item);
    } else {
      partition.remove(text(key, SK));
    }
  }

  private StoredItem item(Map<String, AttributeValue> key) {
    Partition partition = partitions.get(text(key, PK));
    return partition == null
        ? StoredItem.NONE
        : partition.items().getOrDefault(text(key, SK), StoredItem.NONE);
  }

  private static Map<String, AttributeValue> key(Map<String, AttributeValue> item) {
    return Map.of(PK, item.get(PK), SK, item.get(SK));
  }

  private static String text(Map<String, AttributeValue> values, String name) {
    AttributeValue value = values.get(name);
    if (value == null || value.s() == null) {
      throw new IllegalArgumentException("there is no text " + name);
    }
    return value.s();
  }
}
