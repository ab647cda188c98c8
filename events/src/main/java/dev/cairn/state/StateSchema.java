package dev.cairn.state;

import dev.cairn.state.ValueType.Named;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The schema of a stored state. A function that declares a state of this name with an incompatible
 * type is refused before it reads a value.
 *
 * @param kind {@code value}, {@code map} or {@code list}
 * @param serializers the ids of its serializers, such as {@code string,long}
 * @param type the type of what is stored: the value's, {@code Map<key,value>} of a map, {@code
 *     List<element>} of a list; empty if the serializers' ids determine it, if an earlier release
 *     stored the state, or if a serializer does not describe it
 */
public record StateSchema(String name, String kind, String serializers, Optional<ValueType> type) {
  private static final Map<String, String> SCALARS =
      Map.of(
          "string", "String",
          "integer", "Integer",
          "long", "Long",
          "double", "Double",
          "boolean", "Boolean",
          "instant", "Instant",
          "bytes", "byte[]");

  public StateSchema {
    if (name.isEmpty() || name.length() > 200) {
      throw new IllegalArgumentException(
          "a state's name has 1 to 200 characters, not " + name.length());
    }
  }

  /** Creates the schema of a state whose type of values is not known. */
  public StateSchema(String name, String kind, String serializers) {
    this(name, kind, serializers, Optional.empty());
  }

  /** Whether values with this schema can be read by a function with another declaration. */
  public sealed interface SchemaChange {
    /**
     * The stored values can be read.
     *
     * @param schema describes the stored values and those that the function will store
     */
    record Accepted(StateSchema schema) implements SchemaChange {}

    /**
     * The stored values cannot be read.
     *
     * @param state the state's name and, if one is at fault, its component
     * @param stored the stored form
     * @param declared the declared form
     */
    record Refused(String state, String stored, String declared) implements SchemaChange {
      /** Returns the problem as the beginning of a sentence. */
      public String problem(String declaredBy) {
        return state
            + " is stored as "
            + stored
            + ", but "
            + declaredBy
            + " declares it as "
            + declared;
      }
    }
  }

  /**
   * Compares this stored state with its declaration.
   *
   * @param declared a state of this name
   */
  public SchemaChange to(StateSchema declared) {
    if (!kind.equals(declared.kind())) {
      return otherwise(declared);
    }
    Optional<ValueType> storedType = knownType();
    Optional<ValueType> declaredType = declared.knownType();
    if (storedType.isEmpty() || declaredType.isEmpty()) {
      return serializers.equals(declared.serializers())
          ? new SchemaChange.Accepted(declared)
          : otherwise(declared);
    }
    if (!serializers.equals(declared.serializers()) && !isScalar(declared)) {
      return otherwise(declared);
    }
    Evolution evolution = evolution(storedType.get(), declaredType.get());
    return switch (evolution) {
      case Evolution.Accepted accepted -> new SchemaChange.Accepted(declared.with(accepted.type()));
      case Evolution.Refused refused -> refused(refused, declared);
    };
  }

  /** Returns the kind and type of the state, such as {@code value of long}. */
  public String form() {
    return kind + " of " + serializers;
  }

  private Evolution evolution(ValueType stored, ValueType declared) {
    if (kind.equals("map") && isMap(stored) && isMap(declared)) {
      Named from = (Named) stored;
      Named to = (Named) declared;
      Evolution keys = Evolution.ofKeys(from.arguments().getFirst(), to.arguments().getFirst());
      if (keys instanceof Evolution.Refused) {
        return keys;
      }
      return switch (Evolution.of(from.arguments().getLast(), to.arguments().getLast())) {
        case Evolution.Accepted values ->
            new Evolution.Accepted(
                ValueType.named("Map", to.arguments().getFirst(), values.type()));
        case Evolution.Refused refused -> refused;
      };
    }
    return Evolution.of(stored, declared);
  }

  private static boolean isMap(ValueType type) {
    return type instanceof Named named
        && named.name().equals("Map")
        && named.arguments().size() == 2;
  }

  /** Scalars differ in their serializers' ids if one is wider than the other. */
  private boolean isScalar(StateSchema declared) {
    return scalarType().isPresent() && declared.scalarType().isPresent();
  }

  private SchemaChange otherwise(StateSchema declared) {
    return new SchemaChange.Refused(quotedName(), form(), declared.form());
  }

  private SchemaChange refused(Evolution.Refused refused, StateSchema declared) {
    return refused.path().isEmpty() && !serializers.equals(declared.serializers())
        ? otherwise(declared)
        : new SchemaChange.Refused(
            refused.path().isEmpty()
                ? quotedName()
                : "component \"" + refused.path() + "\" of " + quotedName(),
            refused.storedText(),
            refused.declaredText());
  }

  private String quotedName() {
    return "state \"" + name + "\"";
  }

  private StateSchema with(ValueType merged) {
    return type.isEmpty() ? this : new StateSchema(name, kind, serializers, Optional.of(merged));
  }

  /** Returns the type, also if only the serializers' ids determine it. */
  private Optional<ValueType> knownType() {
    return type.isPresent() ? type : scalarType();
  }

  private Optional<ValueType> scalarType() {
    List<ValueType> parts = new ArrayList<>();
    for (String id : serializers.split(",", -1)) {
      String scalar = SCALARS.get(id);
      if (scalar == null) {
        return Optional.empty();
      }
      parts.add(ValueType.named(scalar));
    }
    return switch (kind) {
      case "value" -> parts.size() == 1 ? Optional.of(parts.getFirst()) : Optional.empty();
      case "list" ->
          parts.size() == 1
              ? Optional.of(ValueType.named("List", parts.getFirst()))
              : Optional.empty();
      case "map" ->
          parts.size() == 2
              ? Optional.of(ValueType.named("Map", parts.getFirst(), parts.getLast()))
              : Optional.empty();
      default -> Optional.empty();
    };
  }
}
