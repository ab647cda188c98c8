package dev.cairn.inmemory.dynamodb;

import java.nio.charset.StandardCharsets;
import java.util.Map;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/** How many bytes DynamoDB counts an item for: names and values, and a little for each nesting. */
final class ItemSize {
  private static final long NESTED = 3;

  private ItemSize() {}

  static long of(Map<String, AttributeValue> item) {
    return item.entrySet().stream()
        .mapToLong(attribute -> utf8(attribute.getKey()) + of(attribute.getValue()))
        .sum();
  }

  private static long of(AttributeValue value) {
    return switch (value.type()) {
      case S -> utf8(value.s());
      // Two digits a byte, and one for the exponent and the sign.
      case N -> value.n().length() / 2 + 2L;
      case B -> value.b().asByteArrayUnsafe().length;
      case BOOL, NUL -> 1;
      case M -> NESTED + value.m().size() + of(value.m());
      case NS -> NESTED + value.ns().stream().mapToLong(one -> one.length() / 2 + 2L).sum();
      case L -> NESTED + value.l().stream().mapToLong(one -> 1 + of(one)).sum();
      default -> throw new IllegalArgumentException("nothing here has the type " + value.type());
    };
  }

  private static long utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8).length;
  }
}
