package dev.cairn.coordinator.lambda;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A payload's JSON tree. Missing fields read as empty, because events have many forms. */
record JsonTree(Optional<Object> value) {
  private static final JsonFactory JSON = new JsonFactory();

  /**
   * @throws MalformedPayloadException if it is not JSON
   */
  static JsonTree read(InputStream payload) throws IOException {
    try (JsonParser in = JSON.createParser(payload)) {
      in.nextToken();
      return new JsonTree(Optional.ofNullable(value(in)));
    } catch (JacksonException e) {
      throw new MalformedPayloadException("the event is not JSON: " + e.getOriginalMessage(), e);
    }
  }

  static JsonTree read(String text) {
    try (JsonParser in = JSON.createParser(text)) {
      in.nextToken();
      return new JsonTree(Optional.ofNullable(value(in)));
    } catch (IOException e) {
      throw new MalformedPayloadException("a message's body is not JSON: " + e.getMessage(), e);
    }
  }

  private static Object value(JsonParser in) throws IOException {
    JsonToken token = in.currentToken();
    if (token == null) {
      throw new MalformedPayloadException("the event is empty");
    }
    return switch (token) {
      case START_OBJECT -> {
        Map<String, Object> object = new LinkedHashMap<>();
        while (in.nextToken() == JsonToken.FIELD_NAME) {
          String name = in.currentName();
          in.nextToken();
          object.put(name, value(in));
        }
        yield object;
      }
      case START_ARRAY -> {
        List<Object> items = new ArrayList<>();
        while (in.nextToken() != JsonToken.END_ARRAY) {
          items.add(value(in));
        }
        yield items;
      }
      case VALUE_TRUE, VALUE_FALSE -> in.getBooleanValue();
      case VALUE_NULL -> Optional.empty();
      default -> in.getText();
    };
  }

  JsonTree get(String field) {
    return new JsonTree(
        value.filter(Map.class::isInstance).map(object -> ((Map<?, ?>) object).get(field)));
  }

  boolean isThere() {
    return value.isPresent();
  }

  Optional<String> text() {
    return value.filter(String.class::isInstance).map(String.class::cast);
  }

  Optional<Boolean> flag() {
    return value.filter(Boolean.class::isInstance).map(Boolean.class::cast);
  }

  List<JsonTree> items() {
    return value
        .filter(List.class::isInstance)
        .map(list -> (List<?>) list)
        .orElse(List.of())
        .stream()
        .map(item -> new JsonTree(Optional.of(item)))
        .toList();
  }

  Map<String, JsonTree> fields() {
    Map<String, JsonTree> fields = new LinkedHashMap<>();
    value
        .filter(Map.class::isInstance)
        .map(object -> (Map<?, ?>) object)
        .orElse(Map.of())
        .forEach((name, field) -> fields.put((String) name, new JsonTree(Optional.of(field))));
    return fields;
  }
}
