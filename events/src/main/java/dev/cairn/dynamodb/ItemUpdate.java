package dev.cairn.dynamodb;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/**
 * A conditional update of one item: the attributes to set and remove, and the conditions, all of
 * which must hold.
 */
record ItemUpdate(
    Map<String, AttributeValue> key,
    List<String> sets,
    List<String> removes,
    List<String> conditions,
    Map<String, AttributeValue> values) {
  private static final List<String> RESERVED = List.of("status", "format");

  static ItemUpdate of(Map<String, AttributeValue> key) {
    return new ItemUpdate(key, List.of(), List.of(), List.of(), Map.of());
  }

  ItemUpdate set(String assignment) {
    return new ItemUpdate(key, with(sets, assignment), removes, conditions, values);
  }

  ItemUpdate remove(String attribute) {
    return new ItemUpdate(key, sets, with(removes, attribute), conditions, values);
  }

  ItemUpdate onlyIf(String condition) {
    return new ItemUpdate(key, sets, removes, with(conditions, condition), values);
  }

  ItemUpdate value(String placeholder, String text) {
    return values(Map.of(placeholder, AttributeValue.fromS(text)));
  }

  ItemUpdate value(String placeholder, long number) {
    return values(Map.of(placeholder, Item.number(number)));
  }

  ItemUpdate values(Map<String, AttributeValue> more) {
    Map<String, AttributeValue> all = new HashMap<>(values);
    all.putAll(more);
    return new ItemUpdate(key, sets, removes, conditions, all);
  }

  private static List<String> with(List<String> list, String one) {
    List<String> more = new ArrayList<>(list);
    more.add(one);
    return List.copyOf(more);
  }

  String update() {
    String set = sets.isEmpty() ? "" : "SET " + String.join(", ", sets);
    return removes.isEmpty() ? set : set + " REMOVE " + String.join(", ", removes);
  }

  String condition() {
    return String.join(" AND ", conditions);
  }

  /** Returns placeholders for reserved words. DynamoDB refuses unused placeholders. */
  Map<String, String> names() {
    String expressions = update() + condition();
    Map<String, String> names = new HashMap<>();
    for (String reserved : RESERVED) {
      if (expressions.contains("#" + reserved)) {
        names.put("#" + reserved, reserved);
      }
    }
    return Map.copyOf(names);
  }
}
