package dev.cairn.format;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/**
 * A stored object: named fields of text, whole numbers, bytes, lists and objects. Fields are
 * written in the order in which they were put, and read by name. An absent field is an empty
 * optional.
 */
public final class Fields {
  private final Map<String, Object> values;

  private Fields(Map<String, Object> values) {
    this.values = values;
  }

  public static Fields empty() {
    return new Fields(new LinkedHashMap<>());
  }

  static Fields of(Map<String, Object> values) {
    return new Fields(values);
  }

  Map<String, Object> values() {
    return values;
  }

  public Fields put(String name, String text) {
    values.put(name, text);
    return this;
  }

  public Fields put(String name, long number) {
    values.put(name, number);
    return this;
  }

  public Fields put(String name, byte[] bytes) {
    values.put(name, bytes);
    return this;
  }

  public Fields put(String name, Instant time) {
    return put(name, time.toString());
  }

  public Fields put(String name, Fields object) {
    values.put(name, object.values);
    return this;
  }

  public <T> Fields put(String name, Optional<T> value, Function<T, Object> plain) {
    value.ifPresent(present -> values.put(name, unwrap(plain.apply(present))));
    return this;
  }

  /** Puts a list; an empty list is left out. */
  public <T> Fields put(String name, List<T> list, Function<T, Object> plain) {
    if (!list.isEmpty()) {
      List<Object> items = new ArrayList<>();
      list.forEach(item -> items.add(unwrap(plain.apply(item))));
      values.put(name, items);
    }
    return this;
  }

  /**
   * Puts a map; an empty map is left out. Keys are written sorted, so that equal maps have equal
   * bytes.
   */
  public <T> Fields put(String name, Map<String, T> map, Function<T, Object> plain) {
    if (!map.isEmpty()) {
      Map<String, Object> items = new LinkedHashMap<>();
      map.entrySet().stream()
          .sorted(Map.Entry.comparingByKey())
          .forEach(item -> items.put(item.getKey(), unwrap(plain.apply(item.getValue()))));
      values.put(name, items);
    }
    return this;
  }

  private static Object unwrap(Object plain) {
    return plain instanceof Fields fields ? fields.values : plain;
  }

  /** Returns the names of all present fields. */
  public Set<String> names() {
    return Collections.unmodifiableSet(values.keySet());
  }

  public boolean has(String name) {
    return values.containsKey(name);
  }

  public String text(String name) {
    return require(name, String.class);
  }

  public long number(String name) {
    return require(name, Long.class);
  }

  /** Returns bytes, which are Base64 text in JSON. */
  public byte[] bytes(String name) {
    if (values.get(name) instanceof String text) {
      try {
        return Base64.getDecoder().decode(text);
      } catch (IllegalArgumentException e) {
        throw new FormatException("field \"" + name + "\" is neither bytes nor Base64", e);
      }
    }
    return require(name, byte[].class);
  }

  public Instant time(String name) {
    return Instant.parse(text(name));
  }

  public Fields object(String name) {
    return new Fields(asObject(name, require(name, Map.class)));
  }

  public Optional<String> optionalText(String name) {
    return has(name) ? Optional.of(text(name)) : Optional.empty();
  }

  public Optional<Long> optionalNumber(String name) {
    return has(name) ? Optional.of(number(name)) : Optional.empty();
  }

  public Optional<Fields> optionalObject(String name) {
    return has(name) ? Optional.of(object(name)) : Optional.empty();
  }

  public List<Fields> objects(String name) {
    List<Fields> objects = new ArrayList<>();
    if (has(name)) {
      for (Object item : require(name, List.class)) {
        objects.add(new Fields(asObject(name, item)));
      }
    }
    return objects;
  }

  public List<String> texts(String name) {
    List<String> texts = new ArrayList<>();
    if (has(name)) {
      for (Object item : require(name, List.class)) {
        texts.add(cast(name, item, String.class));
      }
    }
    return texts;
  }

  public Map<String, Long> numbers(String name) {
    Map<String, Long> numbers = new LinkedHashMap<>();
    if (has(name)) {
      asObject(name, require(name, Map.class))
          .forEach((key, value) -> numbers.put(key, cast(name, value, Long.class)));
    }
    return numbers;
  }

  public Map<String, Fields> objectsByName(String name) {
    Map<String, Fields> objects = new LinkedHashMap<>();
    if (has(name)) {
      asObject(name, require(name, Map.class))
          .forEach((key, value) -> objects.put(key, new Fields(asObject(name, value))));
    }
    return objects;
  }

  private <T> T require(String name, Class<T> type) {
    Object value = values.get(name);
    if (value == null) {
      throw new FormatException("field \"" + name + "\" is missing; there are " + values.keySet());
    }
    return cast(name, value, type);
  }

  private static <T> T cast(String name, Object value, Class<T> type) {
    if (!type.isInstance(value)) {
      throw new FormatException(
          "field \""
              + name
              + "\" is a "
              + value.getClass().getSimpleName()
              + ", not a "
              + type.getSimpleName());
    }
    return type.cast(value);
  }

  @SuppressWarnings("unchecked") // Trees creates only maps with text keys.
  private static Map<String, Object> asObject(String name, Object value) {
    return (Map<String, Object>) cast(name, value, Map.class);
  }
}
