package dev.cairn.inmemory.dynamodb;

import dev.cairn.inmemory.dynamodb.Condition.Scope;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/** A partition's items by sort key, and what its last writes replaced, for stale reads. */
final class Partition {
  /** How many of a partition's last writes an eventually consistent read may not see. */
  private static final int WRITES_NOT_SEEN = 8;

  private final NavigableMap<String, StoredItem> items = new TreeMap<>();
  private final Deque<Replaced> replaced = new ArrayDeque<>();

  private long changes;
  // No item expires before this second.
  private long firstExpiry = Long.MAX_VALUE;

  private record Replaced(String sk, Optional<StoredItem> before) {}

  /** The items as they are. */
  NavigableMap<String, StoredItem> items() {
    return items;
  }

  /** Counts the writes and the deletions so far. */
  long changes() {
    return changes;
  }

  void put(String sk, StoredItem item) {
    firstExpiry = Math.min(firstExpiry, item.expiresAt());
    replaced(sk, Optional.ofNullable(items.put(sk, item)));
  }

  void remove(String sk) {
    replaced(sk, Optional.ofNullable(items.remove(sk)));
  }

  private void replaced(String sk, Optional<StoredItem> before) {
    changes++;
    replaced.addLast(new Replaced(sk, before));
    if (replaced.size() > WRITES_NOT_SEEN) {
      replaced.removeFirst();
    }
  }

  /** Deletes every item that has expired at this time, and adds it to a list. */
  void expire(Instant now, List<Map<String, AttributeValue>> expired) {
    if (firstExpiry > now.getEpochSecond()) {
      return;
    }
    firstExpiry = Long.MAX_VALUE;
    for (Map.Entry<String, StoredItem> item : List.copyOf(items.entrySet())) {
      long expiry = item.getValue().expiresAt();
      if (expiry <= now.getEpochSecond()) {
        expired.add(item.getValue().attributes());
        remove(item.getKey());
      } else {
        firstExpiry = Math.min(firstExpiry, expiry);
      }
    }
  }

  /** The greatest number of writes that a read may not see. */
  int mostNotSeen() {
    return replaced.size();
  }

  /** The items as they were before the last writes. */
  NavigableMap<String, StoredItem> before(int writes) {
    NavigableMap<String, StoredItem> old = new TreeMap<>(items);
    Iterator<Replaced> newestFirst = replaced.descendingIterator();
    for (int i = 0; i < writes; i++) {
      Replaced write = newestFirst.next();
      write
          .before()
          .ifPresentOrElse(item -> old.put(write.sk(), item), () -> old.remove(write.sk()));
    }
    return old;
  }

  /** The part of a partition that a query's key condition selects. */
  static NavigableMap<String, StoredItem> select(
      NavigableMap<String, StoredItem> items, Condition condition, Scope scope) {
    return switch (condition) {
      case Condition.All(var conditions) -> {
        NavigableMap<String, StoredItem> selected = items;
        for (Condition one : conditions) {
          selected = select(selected, one, scope);
        }
        yield selected;
      }
      case Condition.Compared(String path, String operator, String value)
          when path.equals(InMemoryDynamoDb.PK) && operator.equals("=") ->
          items;
      case Condition.Compared(String path, String operator, String value)
          when path.equals(InMemoryDynamoDb.SK) ->
          compared(items, operator, scope.value(value).s());
      case Condition.BeginsWith(String path, String prefix) when path.equals(InMemoryDynamoDb.SK) ->
          beginningWith(items, scope.value(prefix).s());
      case Condition other ->
          throw new IllegalArgumentException("\"" + other + "\" is not a condition on a key");
    };
  }

  private static NavigableMap<String, StoredItem> compared(
      NavigableMap<String, StoredItem> items, String operator, String value) {
    return switch (operator) {
      case "=" -> items.subMap(value, true, value, true);
      case "<" -> items.headMap(value, false);
      case "<=" -> items.headMap(value, true);
      case ">" -> items.tailMap(value, false);
      case ">=" -> items.tailMap(value, true);
      default -> throw new IllegalArgumentException(operator + " does not compare a sort key");
    };
  }

  private static NavigableMap<String, StoredItem> beginningWith(
      NavigableMap<String, StoredItem> items, String prefix) {
    return items.subMap(prefix, true, prefix + Character.MAX_VALUE, false);
  }
}
