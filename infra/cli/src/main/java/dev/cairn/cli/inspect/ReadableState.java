package dev.cairn.cli.inspect;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.cbor.databind.CBORMapper;
import dev.cairn.state.StateKey;
import dev.cairn.state.StateSchema;
import java.io.IOException;
import java.util.Map;
import java.util.SortedMap;

/**
 * A key's state as JSON, without the user's classes: every stored value is one self-describing CBOR
 * item. Bytes become base64.
 */
public final class ReadableState {
  private static final CBORMapper CBOR = new CBORMapper();

  private ReadableState() {}

  /** By the state's name; a map state is an object under its user keys, a list state an array. */
  public static ObjectNode of(Map<String, StateSchema> schemas, SortedMap<StateKey, byte[]> cells) {
    ObjectNode states = JsonNodeFactory.instance.objectNode();
    cells.forEach(
        (cell, value) -> {
          StateKey.Parts parts = cell.parts();
          StateSchema schema = schemas.get(parts.state());
          boolean map = schema != null ? schema.kind().equals("map") : parts.place().length > 0;
          if (map) {
            states.withObjectProperty(parts.state()).set(text(parts.place()), read(value));
          } else {
            states.set(parts.state(), read(value));
          }
        });
    return states;
  }

  private static String text(byte[] userKey) {
    JsonNode key = read(userKey);
    return key.isValueNode() ? key.asText() : key.toString();
  }

  private static JsonNode read(byte[] item) {
    try {
      return CBOR.readTree(item);
    } catch (IOException e) {
      // A user's serializer may write malformed CBOR; then its bytes are shown.
      return JsonNodeFactory.instance.binaryNode(item);
    }
  }
}
