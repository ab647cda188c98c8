package dev.cairn.function;

import dev.cairn.state.StateSchema;
import dev.cairn.state.ValueType;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;

/** Describes declared states. */
final class Schemas {
  private Schemas() {}

  static StateSchema value(String name, Serializer<?> value) {
    return single(name, "value", value, type -> type);
  }

  static StateSchema list(String name, Serializer<?> element) {
    return single(name, "list", element, type -> ValueType.named("List", type));
  }

  static StateSchema map(String name, Serializer<?> keys, Serializer<?> values) {
    String ids = keys.id() + "," + values.id();
    if (Serializers.isScalar(keys) && Serializers.isScalar(values)) {
      return new StateSchema(name, "map", ids);
    }
    Optional<ValueType> type =
        keys.type().flatMap(key -> values.type().map(value -> map(key, value)));
    return new StateSchema(name, "map", ids, type);
  }

  private static ValueType map(ValueType key, ValueType value) {
    return new ValueType.Named("Map", List.of(key, value));
  }

  /** A scalar's type is named by its serializer's id. */
  private static StateSchema single(
      String name, String kind, Serializer<?> serializer, UnaryOperator<ValueType> type) {
    return Serializers.isScalar(serializer)
        ? new StateSchema(name, kind, serializer.id())
        : new StateSchema(name, kind, serializer.id(), serializer.type().map(type));
  }
}
