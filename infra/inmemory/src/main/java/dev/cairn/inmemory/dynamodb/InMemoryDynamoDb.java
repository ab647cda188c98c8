package dev.cairn.inmemory.dynamodb;

import dev.cairn.dynamodb.TableEvents.ItemChange;
import dev.cairn.inmemory.dynamodb.Condition.Scope;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.IntUnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.CancellationReason;
import software.amazon.awssdk.services.dynamodb.model.ConditionalCheckFailedException;
import software.amazon.awssdk.services.dynamodb.model.GetItemRequest;
import software.amazon.awssdk.services.dynamodb.model.GetItemResponse;
import software.amazon.awssdk.services.dynamodb.model.PutItemRequest;
import software.amazon.awssdk.services.dynamodb.model.PutItemResponse;
import software.amazon.awssdk.services.dynamodb.model.QueryRequest;
import software.amazon.awssdk.services.dynamodb.model.QueryResponse;
import software.amazon.awssdk.services.dynamodb.model.TransactWriteItem;
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
  private static final String PK = "pk";
  private static final String SK = "sk";
  private static final Pattern PARTITION = Pattern.compile("\\bpk = (:[A-Za-z]+)");
  private static final long LARGEST_ITEM_BYTES = 400 * 1024;
  private static final long LARGEST_PAGE_BYTES = 1024 * 1024;
  private static final int MOST_WRITES_OF_A_TRANSACTION = 100;
  private static final double READ_UNIT_BYTES = 4096;
  private static final double WRITE_UNIT_BYTES = 1024;
  private static final Map<String, Condition> PARSED = new ConcurrentHashMap<>();

  /** How many of a partition's last writes an eventually consistent read may miss. */
  private static final int WRITES_NOT_SEEN = 8;

  private final Watcher watcher;
  private final IntUnaryOperator notSeen;
  private final Map<String, Partition> partitions = new HashMap<>();

  /** A partition's items, and those that its last writes replaced, for stale reads. */
  private static final class Partition {
    private final NavigableMap<String, Map<String, AttributeValue>> items = new TreeMap<>();
    private final Deque<Replaced> replaced = new ArrayDeque<>();

    private record Replaced(String sk, Optional<Map<String, AttributeValue>> before) {}

    void put(String sk, Map<String, AttributeValue> item) {
      replaced.addLast(new Replaced(sk, Optional.ofNullable(items.put(sk, item))));
      if (replaced.size() > WRITES_NOT_SEEN) {
        replaced.removeFirst();
      }
    }

    /** Returns the items as they were before the last writes. */
    NavigableMap<String, Map<String, AttributeValue>> before(int writes) {
      NavigableMap<String, Map<String, AttributeValue>> old = new TreeMap<>(items);
      Iterator<Replaced> newestFirst = replaced.descendingIterator();
      for (int i = 0; i < writes; i++) {
        Replaced write = newestFirst.next();
        write
            .before()
            .ifPresentOrElse(item -> old.put(write.sk(), item), () -> old.remove(write.sk()));
      }
      return old;
    }
  }

  /** Is notified of each request after its effect and before its response. */
  public interface Watcher {
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

  /** Returns a partition as a read sees it. */
  private synchronized NavigableMap<String, Map<String, AttributeValue>> seen(
      String pk, @Nullable Boolean consistentRead) {
    Partition partition = partitions.getOrDefault(pk, new Partition());
    return Boolean.TRUE.equals(consistentRead)
        ? partition.items
        : partition.before(notSeen.applyAsInt(partition.replaced.size()));
  }

  @Override
  public String serviceName() {
    return SERVICE_NAME;
  }

  @Override
  public void close() {}

  @Override
  public GetItemResponse getItem(GetItemRequest request) {
    String pk = pk(request.key());
    Map<String, AttributeValue> item =
        seen(pk, request.consistentRead()).getOrDefault(text(request.key(), SK), Map.of());
    watcher.requested(
        new Request("GetItem", List.of(read(pk, List.of(item), request.consistentRead()))));
    return GetItemResponse.builder().item(item).build();
  }

  @Override
  public QueryResponse query(QueryRequest request) {
    Matcher partition = PARTITION.matcher(request.keyConditionExpression());
    if (!partition.find()) {
      throw new IllegalArgumentException("a query without a partition key");
    }
    String pk = text(request.expressionAttributeValues(), partition.group(1));
    List<Map<String, AttributeValue>> page = new ArrayList<>();
    Optional<Map<String, AttributeValue>> last = page(request, pk, page);
    watcher.requested(new Request("Query", List.of(read(pk, page, request.consistentRead()))));
    QueryResponse.Builder response = QueryResponse.builder().items(page).count(page.size());
    last.ifPresent(item -> response.lastEvaluatedKey(Map.of(PK, item.get(PK), SK, item.get(SK))));
    return response.build();
  }

  /** Fills a page; returns its last item if there may be more. */
  private synchronized Optional<Map<String, AttributeValue>> page(
      QueryRequest request, String pk, List<Map<String, AttributeValue>> page) {
    NavigableMap<String, Map<String, AttributeValue>> partition =
        seen(pk, request.consistentRead());
    boolean forward = !Boolean.FALSE.equals(request.scanIndexForward());
    if (request.hasExclusiveStartKey()) {
      String from = text(request.exclusiveStartKey(), SK);
      partition = forward ? partition.tailMap(from, false) : partition.headMap(from, false);
    }
    Condition condition = parse(request.keyConditionExpression());
    long bytes = 0;
    for (Map<String, AttributeValue> item :
        (forward ? partition : partition.descendingMap()).values()) {
      if (!condition.holds(
          new Scope(
              item, request.expressionAttributeNames(), request.expressionAttributeValues()))) {
        continue;
      }
      page.add(item);
      bytes += ItemSize.of(item);
      boolean full = request.limit() != null && page.size() == request.limit();
      if (full || bytes >= LARGEST_PAGE_BYTES) {
        return Optional.of(item);
      }
    }
    return Optional.empty();
  }

  private static Use read(
      String pk, List<Map<String, AttributeValue>> items, @Nullable Boolean consistentRead) {
    long bytes = items.stream().mapToLong(ItemSize::of).sum();
    long largest = items.stream().mapToLong(ItemSize::of).max().orElse(0);
    double units = Math.max(1, Math.ceil(bytes / READ_UNIT_BYTES));
    return new Use(pk, Boolean.TRUE.equals(consistentRead) ? units : units / 2, 0, largest);
  }

  @Override
  public PutItemResponse putItem(PutItemRequest request) {
    Write put =
        Write.put(
            request.item(),
            Optional.ofNullable(request.conditionExpression()),
            request.expressionAttributeNames(),
            request.expressionAttributeValues());
    if (!write("PutItem", List.of(put), 1).isEmpty()) {
      throw conditionFailed();
    }
    return PutItemResponse.builder().build();
  }

  @Override
  public UpdateItemResponse updateItem(UpdateItemRequest request) {
    Write update =
        Write.update(
            request.key(),
            request.updateExpression(),
            Optional.ofNullable(request.conditionExpression()),
            request.expressionAttributeNames(),
            request.expressionAttributeValues());
    if (!write("UpdateItem", List.of(update), 1).isEmpty()) {
      throw conditionFailed();
    }
    return UpdateItemResponse.builder().build();
  }

  private static ConditionalCheckFailedException conditionFailed() {
    return ConditionalCheckFailedException.builder()
        .message("The conditional request failed")
        .build();
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
   * A change of one item, and its condition.
   *
   * @param put the whole item; empty for an update and for a condition check
   */
  private record Write(
      Map<String, AttributeValue> key,
      Optional<Map<String, AttributeValue>> put,
      Optional<String> update,
      Optional<String> condition,
      Map<String, String> names,
      Map<String, AttributeValue> values) {

    static Write put(
        Map<String, AttributeValue> item,
        Optional<String> condition,
        Map<String, String> names,
        Map<String, AttributeValue> values) {
      return new Write(item, Optional.of(item), Optional.empty(), condition, names, values);
    }

    static Write update(
        Map<String, AttributeValue> key,
        String update,
        Optional<String> condition,
        Map<String, String> names,
        Map<String, AttributeValue> values) {
      return new Write(key, Optional.empty(), Optional.of(update), condition, names, values);
    }

    static Write of(TransactWriteItem item) {
      if (item.put() != null) {
        return put(
            item.put().item(),
            Optional.ofNullable(item.put().conditionExpression()),
            item.put().expressionAttributeNames(),
            item.put().expressionAttributeValues());
      }
      if (item.update() != null) {
        return update(
            item.update().key(),
            item.update().updateExpression(),
            Optional.ofNullable(item.update().conditionExpression()),
            item.update().expressionAttributeNames(),
            item.update().expressionAttributeValues());
      }
      return new Write(
          item.conditionCheck().key(),
          Optional.empty(),
          Optional.empty(),
          Optional.of(item.conditionCheck().conditionExpression()),
          item.conditionCheck().expressionAttributeNames(),
          item.conditionCheck().expressionAttributeValues());
    }

    boolean holds(Map<String, AttributeValue> before) {
      return condition.isEmpty() || parse(condition.get()).holds(new Scope(before, names, values));
    }

    Map<String, AttributeValue> after(Map<String, AttributeValue> before) {
      return put.orElseGet(() -> update.map(how -> updated(before, how)).orElse(before));
    }

    /** {@code SET a = :b, c = d REMOVE e, f}. */
    private Map<String, AttributeValue> updated(Map<String, AttributeValue> before, String how) {
      Map<String, AttributeValue> after = new LinkedHashMap<>(before.isEmpty() ? key : before);
      Scope scope = new Scope(before, names, values);
      String[] clauses = how.split(" ?REMOVE ", 2);
      for (String set :
          clauses[0].isEmpty() ? new String[0] : clauses[0].substring(4).split(", ")) {
        String[] sides = set.split(" = ", 2);
        after.put(scope.name(sides[0]), assigned(scope, sides[1]));
      }
      for (String removed : clauses.length < 2 ? new String[0] : clauses[1].split(", ")) {
        after.remove(scope.name(removed));
      }
      return after;
    }

    private static AttributeValue assigned(Scope scope, String from) {
      return from.startsWith(":")
          ? scope.value(from)
          : scope
              .attribute(from)
              .orElseThrow(
                  () -> new IllegalArgumentException("the item has no " + from + " to be copied"));
    }
  }

  /** Makes all changes, or returns which conditions failed, at equal cost. */
  private List<Integer> write(String kind, List<Write> writes, int unitsFactor) {
    List<Integer> failed = new ArrayList<>();
    List<Use> uses = new ArrayList<>();
    List<ItemChange> changes = new ArrayList<>();
    synchronized (this) {
      List<Map<String, AttributeValue>> afters = new ArrayList<>();
      for (int i = 0; i < writes.size(); i++) {
        Write write = writes.get(i);
        Map<String, AttributeValue> before = item(write.key()).orElse(Map.of());
        boolean holds = write.holds(before);
        Map<String, AttributeValue> after = holds ? write.after(before) : before;
        afters.add(after);
        if (!holds) {
          failed.add(i);
        }
        long bytes = Math.max(ItemSize.of(before), ItemSize.of(after));
        if (bytes > LARGEST_ITEM_BYTES) {
          throw new IllegalArgumentException("an item of " + bytes + " bytes at " + write.key());
        }
        double units = unitsFactor * Math.max(1, Math.ceil(bytes / WRITE_UNIT_BYTES));
        uses.add(new Use(pk(write.key()), 0, units, bytes));
        if (!after.equals(before)) {
          changes.add(
              new ItemChange(
                  Map.of(PK, write.key().get(PK), SK, write.key().get(SK)), before, after));
        }
      }
      if (failed.isEmpty()) {
        afters.stream().filter(after -> !after.isEmpty()).forEach(this::store);
      }
    }
    watcher.requested(new Request(kind, uses));
    if (failed.isEmpty()) {
      changes.forEach(watcher::changed);
    }
    return failed;
  }

  private void store(Map<String, AttributeValue> item) {
    partitions.computeIfAbsent(pk(item), pk -> new Partition()).put(text(item, SK), item);
  }

  private synchronized Optional<Map<String, AttributeValue>> item(Map<String, AttributeValue> key) {
    return Optional.ofNullable(partitions.get(pk(key)))
        .map(partition -> partition.items.get(text(key, SK)));
  }

  private static String pk(Map<String, AttributeValue> key) {
    return text(key, PK);
  }

  private static String text(Map<String, AttributeValue> values, String name) {
    return Optional.ofNullable(values.get(name))
        .map(AttributeValue::s)
        .orElseThrow(() -> new IllegalArgumentException("there is no text " + name));
  }

  private static Condition parse(String expression) {
    return PARSED.computeIfAbsent(expression, Condition::parse);
  }
}
