package dev.cairn.inmemory.dynamodb;

import java.util.Map;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/**
 * An item as a table stores it, or no item if there are no attributes.
 *
 * @param bytes what DynamoDB counts the item for
 */
record StoredItem(Map<String, AttributeValue> attributes, long bytes) {
  private static final String EXPIRES_AT = "expiresAt";

  static final StoredItem NONE = new StoredItem(Map.of(), 0);

  static StoredItem of(Map<String, AttributeValue> attributes) {
    return new StoredItem(attributes, ItemSize.of(attributes));
  }

  boolean isThere() {
    return !attributes.isEmpty();
  }

  /** The second from which on the table may delete the item; the greatest number if never. */
  long expiresAt() {
    AttributeValue at = attributes.get(EXPIRES_AT);
    return at == null ? Long.MAX_VALUE : Long.parseLong(at.n());
  }
}
