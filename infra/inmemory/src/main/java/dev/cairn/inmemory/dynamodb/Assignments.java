package dev.cairn.inmemory.dynamodb;

import dev.cairn.inmemory.dynamodb.Condition.Scope;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/** An update expression, such as {@code SET a = :b, c = d REMOVE e, f}. */
record Assignments(List<Assignment> sets, List<String> removes) {
  /** Sets an attribute to a placeholder's value, or to that of another attribute. */
  record Assignment(String path, String from) {}

  static Assignments parse(String expression) {
    String[] clauses = expression.split(" ?REMOVE ", 2);
    List<Assignment> sets = new ArrayList<>();
    if (!clauses[0].isEmpty()) {
      for (String set : clauses[0].substring("SET ".length()).split(", ")) {
        String[] sides = set.split(" = ", 2);
        sets.add(new Assignment(sides[0], sides[1]));
      }
    }
    return new Assignments(
        List.copyOf(sets), clauses.length < 2 ? List.of() : List.of(clauses[1].split(", ")));
  }

  /** Returns the item with these changes. */
  Map<String, AttributeValue> apply(Scope before, Map<String, AttributeValue> key) {
    Map<String, AttributeValue> after =
        new LinkedHashMap<>(before.item().isEmpty() ? key : before.item());
    sets.forEach(set -> after.put(before.name(set.path()), assigned(before, set.from())));
    removes.forEach(removed -> after.remove(before.name(removed)));
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
