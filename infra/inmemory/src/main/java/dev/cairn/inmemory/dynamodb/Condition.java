package dev.cairn.inmemory.dynamodb;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/**
 * A condition expression of DynamoDB, in the subset that Cairn uses; any other expression is
 * refused.
 */
sealed interface Condition {
  boolean holds(Scope scope);

  /** An item, and the values of an expression's placeholders. */
  record Scope(
      Map<String, AttributeValue> item,
      Map<String, String> names,
      Map<String, AttributeValue> values) {
    String name(String path) {
      return names.getOrDefault(path, path);
    }

    Optional<AttributeValue> attribute(String path) {
      return Optional.ofNullable(item.get(name(path)));
    }

    AttributeValue value(String placeholder) {
      AttributeValue value = values.get(placeholder);
      if (value == null) {
        throw new IllegalArgumentException("nothing is given for " + placeholder);
      }
      return value;
    }
  }

  record Any(List<Condition> of) implements Condition {
    @Override
    public boolean holds(Scope scope) {
      return of.stream().anyMatch(one -> one.holds(scope));
    }
  }

  record All(List<Condition> of) implements Condition {
    @Override
    public boolean holds(Scope scope) {
      return of.stream().allMatch(one -> one.holds(scope));
    }
  }

  record Not(Condition condition) implements Condition {
    @Override
    public boolean holds(Scope scope) {
      return !condition.holds(scope);
    }
  }

  record Exists(String path) implements Condition {
    @Override
    public boolean holds(Scope scope) {
      return scope.attribute(path).isPresent();
    }
  }

  record OfType(String path, String type) implements Condition {
    @Override
    public boolean holds(Scope scope) {
      String wanted = scope.value(type).s();
      return scope.attribute(path).filter(value -> typeOf(value).equals(wanted)).isPresent();
    }

    private static String typeOf(AttributeValue value) {
      return value.type() == AttributeValue.Type.NUL ? "NULL" : value.type().name();
    }
  }

  record BeginsWith(String path, String prefix) implements Condition {
    @Override
    public boolean holds(Scope scope) {
      String start = scope.value(prefix).s();
      return scope.attribute(path).filter(value -> value.s().startsWith(start)).isPresent();
    }
  }

  /** Whether a set of numbers has a number. */
  record Contains(String path, String number) implements Condition {
    @Override
    public boolean holds(Scope scope) {
      String wanted = scope.value(number).n();
      return scope.attribute(path).filter(set -> set.ns().contains(wanted)).isPresent();
    }
  }

  record In(String path, List<String> values) implements Condition {
    @Override
    public boolean holds(Scope scope) {
      return values.stream().anyMatch(value -> new Compared(path, "=", value).holds(scope));
    }
  }

  record Compared(String path, String operator, String value) implements Condition {
    @Override
    public boolean holds(Scope scope) {
      Optional<AttributeValue> found = scope.attribute(path);
      AttributeValue wanted = scope.value(value);
      if (found.isEmpty() || found.get().type() != wanted.type()) {
        return operator.equals("<>");
      }
      return switch (operator) {
        case "=" -> order(found.get(), wanted) == 0;
        case "<>" -> order(found.get(), wanted) != 0;
        case "<" -> order(found.get(), wanted) < 0;
        case "<=" -> order(found.get(), wanted) <= 0;
        case ">" -> order(found.get(), wanted) > 0;
        case ">=" -> order(found.get(), wanted) >= 0;
        default -> throw new IllegalArgumentException(operator + " compares nothing");
      };
    }

    private static int order(AttributeValue one, AttributeValue other) {
      return switch (one.type()) {
        case S -> one.s().compareTo(other.s());
        case N -> new BigDecimal(one.n()).compareTo(new BigDecimal(other.n()));
        default -> one.equals(other) ? 0 : 1;
      };
    }
  }

  static Condition parse(String expression) {
    return new Parser(expression).whole();
  }

  /** Parses OR of AND of NOT of parentheses, functions and comparisons. */
  final class Parser {
    private static final Pattern TOKEN =
        Pattern.compile("\\s*([#:]?[A-Za-z_][A-Za-z0-9_]*|<=|>=|<>|[=<>(),])");

    private final List<String> tokens = new ArrayList<>();
    private int next;

    Parser(String expression) {
      Matcher matcher = TOKEN.matcher(expression);
      int end = 0;
      while (matcher.find() && matcher.start() == end) {
        tokens.add(matcher.group(1));
        end = matcher.end();
      }
      if (!expression.substring(end).isBlank()) {
        throw new IllegalArgumentException("\"" + expression + "\" is no condition that is known");
      }
    }

    Condition whole() {
      Condition condition = any();
      if (next < tokens.size()) {
        throw new IllegalArgumentException("a condition goes on with " + tokens.get(next));
      }
      return condition;
    }

    private Condition any() {
      List<Condition> of = new ArrayList<>(List.of(all()));
      while (skip("OR")) {
        of.add(all());
      }
      return of.size() == 1 ? of.getFirst() : new Any(of);
    }

    private Condition all() {
      List<Condition> of = new ArrayList<>(List.of(one()));
      while (skip("AND")) {
        of.add(one());
      }
      return of.size() == 1 ? of.getFirst() : new All(of);
    }

    private Condition one() {
      if (skip("NOT")) {
        return new Not(one());
      }
      if (skip("(")) {
        Condition inner = any();
        take(")");
        return inner;
      }
      String word = take();
      return switch (word) {
        case "attribute_exists" -> new Exists(arguments().getFirst());
        case "attribute_not_exists" -> new Not(new Exists(arguments().getFirst()));
        case "attribute_type" -> {
          List<String> arguments = arguments();
          yield new OfType(arguments.getFirst(), arguments.getLast());
        }
        case "contains" -> {
          List<String> arguments = arguments();
          yield new Contains(arguments.getFirst(), arguments.getLast());
        }
        case "begins_with" -> {
          List<String> arguments = arguments();
          yield new BeginsWith(arguments.getFirst(), arguments.getLast());
        }
        default -> comparison(word);
      };
    }

    private Condition comparison(String path) {
      String operator = take();
      if (operator.equals("IN")) {
        return new In(path, arguments());
      }
      if (operator.equals("BETWEEN")) {
        Condition from = new Compared(path, ">=", take());
        take("AND");
        return new All(List.of(from, new Compared(path, "<=", take())));
      }
      return new Compared(path, operator, take());
    }

    private List<String> arguments() {
      take("(");
      List<String> arguments = new ArrayList<>(List.of(take()));
      while (skip(",")) {
        arguments.add(take());
      }
      take(")");
      return arguments;
    }

    private boolean skip(String token) {
      boolean there = next < tokens.size() && tokens.get(next).equals(token);
      next += there ? 1 : 0;
      return there;
    }

    private String take() {
      if (next == tokens.size()) {
        throw new IllegalArgumentException("a condition ends too early");
      }
      return tokens.get(next++);
    }

    private void take(String token) {
      if (!skip(token)) {
        throw new IllegalArgumentException("a condition has no " + token + " where it needs one");
      }
    }
  }
}
