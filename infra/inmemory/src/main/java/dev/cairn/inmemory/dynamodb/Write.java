package dev.cairn.inmemory.dynamodb;

import dev.cairn.inmemory.dynamodb.Condition.Scope;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.DeleteItemRequest;
import software.amazon.awssdk.services.dynamodb.model.PutItemRequest;
import software.amazon.awssdk.services.dynamodb.model.TransactWriteItem;
import software.amazon.awssdk.services.dynamodb.model.UpdateItemRequest;

/** One item's change, and the condition that it depends on. */
record Write(
    Map<String, AttributeValue> key,
    Effect effect,
    Optional<String> condition,
    Map<String, String> names,
    Map<String, AttributeValue> values) {
  private static final Map<String, Condition> CONDITIONS = new ConcurrentHashMap<>();
  private static final Map<String, Assignments> UPDATES = new ConcurrentHashMap<>();

  /** The change of the item. */
  sealed interface Effect {
    /** The item is replaced. */
    record Put(Map<String, AttributeValue> item) implements Effect {}

    record Update(String expression) implements Effect {}

    record Delete() implements Effect {}

    /** The item stays as it is: only the condition counts. */
    record Nothing() implements Effect {}
  }

  static Condition condition(String expression) {
    return CONDITIONS.computeIfAbsent(expression, Condition::parse);
  }

  private static Write of(
      Map<String, AttributeValue> key,
      Effect effect,
      @Nullable String condition,
      Map<String, String> names,
      Map<String, AttributeValue> values) {
    return new Write(key, effect, Optional.ofNullable(condition), names, values);
  }

  static Write of(PutItemRequest put) {
    return of(
        put.item(),
        new Effect.Put(put.item()),
        put.conditionExpression(),
        put.expressionAttributeNames(),
        put.expressionAttributeValues());
  }

  static Write of(UpdateItemRequest update) {
    return of(
        update.key(),
        new Effect.Update(update.updateExpression()),
        update.conditionExpression(),
        update.expressionAttributeNames(),
        update.expressionAttributeValues());
  }

  static Write of(DeleteItemRequest delete) {
    return of(
        delete.key(),
        new Effect.Delete(),
        delete.conditionExpression(),
        delete.expressionAttributeNames(),
        delete.expressionAttributeValues());
  }

  static Write of(TransactWriteItem item) {
    if (item.put() != null) {
      return of(
          item.put().item(),
          new Effect.Put(item.put().item()),
          item.put().conditionExpression(),
          item.put().expressionAttributeNames(),
          item.put().expressionAttributeValues());
    }
    if (item.update() != null) {
      return of(
          item.update().key(),
          new Effect.Update(item.update().updateExpression()),
          item.update().conditionExpression(),
          item.update().expressionAttributeNames(),
          item.update().expressionAttributeValues());
    }
    if (item.delete() != null) {
      return of(
          item.delete().key(),
          new Effect.Delete(),
          item.delete().conditionExpression(),
          item.delete().expressionAttributeNames(),
          item.delete().expressionAttributeValues());
    }
    return of(
        item.conditionCheck().key(),
        new Effect.Nothing(),
        item.conditionCheck().conditionExpression(),
        item.conditionCheck().expressionAttributeNames(),
        item.conditionCheck().expressionAttributeValues());
  }

  boolean holds(StoredItem before) {
    return condition.isEmpty() || condition(condition.get()).holds(scope(before));
  }

  StoredItem after(StoredItem before) {
    return switch (effect) {
      case Effect.Put(var item) -> StoredItem.of(item);
      case Effect.Update(String expression) ->
          StoredItem.of(
              UPDATES.computeIfAbsent(expression, Assignments::parse).apply(scope(before), key));
      case Effect.Delete d -> StoredItem.NONE;
      case Effect.Nothing n -> before;
    };
  }

  private Scope scope(StoredItem before) {
    return new Scope(before.attributes(), names, values);
  }
}
