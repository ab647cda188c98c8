package dev.cairn.dynamodb;

import dev.cairn.id.CheckpointId;
import dev.cairn.id.Epoch;
import dev.cairn.storage.DamagedFileException;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/**
 * An item, or a map within one, that is read and built attribute by attribute. A missing required
 * attribute is damage, and the exception names the item's key.
 */
final class Item {
  // Made of the key only where something is damaged: thousands of items are read that are not.
  private final Supplier<String> name;
  private final Map<String, AttributeValue> values;

  private Item(Supplier<String> name, Map<String, AttributeValue> values) {
    this.name = name;
    this.values = values;
  }

  static Item empty() {
    return new Item(() -> "a new item", new LinkedHashMap<>());
  }

  /** Creates an item with this key, to which attributes are added. */
  static Item at(Map<String, AttributeValue> key) {
    return new Item(() -> "a new item", new LinkedHashMap<>(key));
  }

  static Item read(Map<String, AttributeValue> values) {
    return new Item(
        () -> "item " + keyText(values, TableLayout.PK) + " " + keyText(values, TableLayout.SK),
        values);
  }

  private static String keyText(Map<String, AttributeValue> values, String attribute) {
    AttributeValue value = values.get(attribute);
    return value == null ? "?" : value.s();
  }

  Map<String, AttributeValue> values() {
    return values;
  }

  boolean has(String attribute) {
    return values.containsKey(attribute);
  }

  Item put(String attribute, AttributeValue value) {
    values.put(attribute, value);
    return this;
  }

  Item put(String attribute, String text) {
    return put(attribute, AttributeValue.fromS(text));
  }

  Item put(String attribute, long number) {
    return put(attribute, number(number));
  }

  Item put(String attribute, Instant time) {
    return put(attribute, time.toString());
  }

  Item put(String attribute, byte[] bytes) {
    return put(attribute, AttributeValue.fromB(SdkBytes.fromByteArray(bytes)));
  }

  Item put(String attribute, Item map) {
    return put(attribute, AttributeValue.fromM(map.values));
  }

  Item put(String attribute, List<String> texts) {
    return put(attribute, AttributeValue.fromL(texts.stream().map(AttributeValue::fromS).toList()));
  }

  /** Sets the time after which the table may delete the item. */
  Item expiresAt(Instant time) {
    return put(TableLayout.EXPIRES_AT, expiry(time));
  }

  static AttributeValue expiry(Instant time) {
    return number(time.getNano() == 0 ? time.getEpochSecond() : time.getEpochSecond() + 1);
  }

  static AttributeValue number(long number) {
    return AttributeValue.fromN(Long.toString(number));
  }

  Optional<AttributeValue> value(String attribute) {
    return Optional.ofNullable(values.get(attribute));
  }

  String text(String attribute) {
    return require(attribute, optionalText(attribute));
  }

  Optional<String> optionalText(String attribute) {
    return value(attribute).map(AttributeValue::s);
  }

  long number(String attribute) {
    return require(attribute, optionalNumber(attribute));
  }

  Optional<Long> optionalNumber(String attribute) {
    return value(attribute)
        .map(AttributeValue::n)
        .map(digits -> parse(attribute, digits, Long::valueOf));
  }

  boolean flag(String attribute) {
    return require(attribute, value(attribute).map(AttributeValue::bool));
  }

  Instant time(String attribute) {
    return parse(attribute, text(attribute), Instant::parse);
  }

  Optional<Instant> optionalTime(String attribute) {
    return optionalText(attribute).map(text -> parse(attribute, text, Instant::parse));
  }

  Epoch epoch(String attribute) {
    return parse(attribute, number(attribute), Epoch::new);
  }

  CheckpointId checkpoint(String attribute) {
    return parse(attribute, number(attribute), CheckpointId::new);
  }

  Optional<CheckpointId> optionalCheckpoint(String attribute) {
    return optionalNumber(attribute).map(number -> parse(attribute, number, CheckpointId::new));
  }

  byte[] bytes(String attribute) {
    return require(attribute, value(attribute).map(AttributeValue::b)).asByteArrayUnsafe();
  }

  List<String> texts(String attribute) {
    List<AttributeValue> list =
        require(attribute, value(attribute).filter(AttributeValue::hasL)).l();
    return list.stream().map(text -> require(attribute, Optional.ofNullable(text.s()))).toList();
  }

  List<Item> maps(String attribute) {
    List<AttributeValue> list =
        require(attribute, value(attribute).filter(AttributeValue::hasL)).l();
    return list.stream()
        .map(map -> require(attribute, Optional.of(map).filter(AttributeValue::hasM)).m())
        .map(map -> new Item(() -> attribute + " of " + this, map))
        .toList();
  }

  Item map(String attribute) {
    return require(attribute, optionalMap(attribute));
  }

  Optional<Item> optionalMap(String attribute) {
    return value(attribute)
        .filter(AttributeValue::hasM)
        .map(map -> new Item(() -> attribute + " of " + this, map.m()));
  }

  /** Parses a stored value; an invalid value is damage. */
  <S, T> T parse(String attribute, S stored, Function<S, T> form) {
    try {
      return form.apply(stored);
    } catch (RuntimeException e) {
      throw damaged("its " + attribute + " \"" + stored + "\" is none: " + e.getMessage());
    }
  }

  private <T> T require(String attribute, Optional<T> value) {
    return value.orElseThrow(() -> damaged("its " + attribute + " is missing or of another type"));
  }

  DamagedFileException damaged(String why) {
    return new DamagedFileException(
        this
            + " is damaged: "
            + why
            + "; put it back from the table's point-in-time recovery, or restore a checkpoint");
  }

  @Override
  public String toString() {
    return name.get();
  }
}
