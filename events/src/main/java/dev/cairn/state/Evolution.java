package dev.cairn.state;

import dev.cairn.state.ValueType.Composite;
import dev.cairn.state.ValueType.Enclosing;
import dev.cairn.state.ValueType.Enumeration;
import dev.cairn.state.ValueType.Named;
import dev.cairn.state.ValueType.OneOf;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.IntStream;

/**
 * Decides whether values that were stored as one type can be read exactly as another type.
 *
 * <p>Components may be added, removed, reordered and widened: {@code byte} to {@code short} to
 * {@code int} to {@code long}, {@code byte}, {@code short} and {@code int} to {@code double},
 * {@code byte} and {@code short} to {@code float}, {@code float} to {@code double}, a primitive to
 * its wrapper, any type to {@code Optional} of it. A sealed type may get more subtypes, an enum
 * more constants, in any order. Anything else is refused, such as an enum without a constant that
 * may be stored, as Flink's {@code EnumSerializer} refuses it.
 */
public sealed interface Evolution {
  /**
   * The stored values can be read.
   *
   * @param type describes them, and those that will be written: the declared type, and the
   *     components that were removed and that older values still have
   */
  record Accepted(ValueType type) implements Evolution {}

  /**
   * Some stored values would be misread, or could not be read.
   *
   * @param path the component, such as {@code customer.address}; empty for the value itself
   */
  record Refused(String path, ValueType stored, ValueType declared) implements Evolution {
    /** The stored type as a message shows it. */
    String storedText() {
      return missingConstants()
          .map(
              missing ->
                  nameOf(Comparison.base(stored).type())
                      + " with the constant"
                      + (missing.size() == 1 ? " " : "s ")
                      + String.join(", ", missing))
          .orElseGet(() -> shown(stored, declared));
    }

    /** The declared type as a message shows it. */
    String declaredText() {
      return missingConstants()
          .map(missing -> "the enum without " + (missing.size() == 1 ? "it" : "them"))
          .orElseGet(() -> shown(declared, stored));
    }

    /** The constants that the enum has lost, if that is what is refused. */
    private Optional<Set<String>> missingConstants() {
      if (Comparison.base(stored).type() instanceof Enumeration one
          && Comparison.base(declared).type() instanceof Enumeration other
          && one.name().equals(other.name())) {
        Set<String> missing = new TreeSet<>(one.constants());
        missing.removeAll(other.constants());
        return Optional.of(missing).filter(some -> !some.isEmpty());
      }
      return Optional.empty();
    }

    private static String shown(ValueType type, ValueType other) {
      String name = nameOf(type);
      return name.equals(nameOf(other)) ? type.toString() : name;
    }

    private static String nameOf(ValueType type) {
      return switch (type) {
        case Named named -> named.toString();
        case Enumeration enumeration -> "enum " + enumeration.name();
        case Composite composite -> composite.name();
        case OneOf oneOf -> oneOf.name() + " with the subtypes " + oneOf.subtypes().keySet();
        case Enclosing enclosing -> enclosing.name();
      };
    }
  }

  /** Compares the type of stored values with the one that is declared now. */
  static Evolution of(ValueType stored, ValueType declared) {
    return new Comparison().compare("", stored, declared);
  }

  /**
   * Compares the types of a map state's keys, which find their entries by their bytes: only types
   * that give equal keys equal bytes are accepted.
   */
  static Evolution ofKeys(ValueType stored, ValueType declared) {
    return Comparison.compareKeys("the map's key", stored, declared);
  }

  /** Compares two types component by component. */
  final class Comparison {
    private static final List<String> INTEGERS = List.of("byte", "short", "int", "long");
    private static final Map<String, Set<String>> TO_FLOATING =
        Map.of(
            "byte", Set.of("float", "double"),
            "short", Set.of("float", "double"),
            "int", Set.of("double"),
            "float", Set.of("double"));
    private static final Map<String, String> PRIMITIVE_OF =
        Map.of(
            "Byte", "byte",
            "Short", "short",
            "Integer", "int",
            "Long", "long",
            "Float", "float",
            "Double", "double",
            "Boolean", "boolean",
            "Character", "char");
    private static final Map<String, String> OPTIONAL_OF =
        Map.of("OptionalInt", "int", "OptionalLong", "long", "OptionalDouble", "double");

    private final Map<String, String> enclosing = new HashMap<>();

    private Comparison() {}

    /** The stored form of a missing value, if values can be missing. */
    private enum Absence {
      NONE,
      NULL,
      EMPTY
    }

    private record Base(Absence absence, ValueType type) {}

    private Evolution compare(String path, ValueType stored, ValueType declared) {
      Base from = base(stored);
      Base to = base(declared);
      if (from.absence().compareTo(to.absence()) > 0) {
        return new Refused(path, stored, declared);
      }
      if (from.type() instanceof Named one && to.type() instanceof Named other) {
        return compareNamed(path, stored, declared, one, other);
      }
      Optional<Evolution> evolution =
          switch (from.type()) {
            case Enumeration one ->
                to.type() instanceof Enumeration other && hasAllConstantsOf(one, other)
                    ? Optional.of(new Accepted(other))
                    : Optional.empty();
            case Composite one ->
                to.type() instanceof Composite other
                    ? compareComponents(path, one, other)
                    : Optional.empty();
            case OneOf one ->
                to.type() instanceof OneOf other
                    ? compareSubtypes(path, one, other)
                    : Optional.empty();
            case Enclosing one ->
                to.type() instanceof Enclosing other
                        && other.name().equals(enclosing.get(one.name()))
                    ? Optional.of(new Accepted(other))
                    : Optional.empty();
            case Named n -> Optional.empty();
          };
      return evolution
          .map(result -> in(declared, to.type(), result))
          .orElseGet(() -> new Refused(path, stored, declared));
    }

    /** Puts a merged type back into the Optional that it was taken from. */
    private static Evolution in(ValueType declared, ValueType base, Evolution result) {
      return result instanceof Accepted(ValueType merged) && !declared.equals(base)
          ? new Accepted(ValueType.named("Optional", merged))
          : result;
    }

    private Evolution compareNamed(
        String path, ValueType stored, ValueType declared, Named one, Named other) {
      if (one.name().equals(other.name()) && one.arguments().size() == other.arguments().size()) {
        return compareArguments(path, declared, one, other);
      }
      return isWidening(one.name(), other.name())
          ? new Accepted(declared)
          : new Refused(path, stored, declared);
    }

    private Evolution compareArguments(String path, ValueType declared, Named one, Named other) {
      if (one.arguments().isEmpty()) {
        return new Accepted(declared);
      }
      ValueType[] merged = new ValueType[one.arguments().size()];
      for (int i = 0; i < merged.length; i++) {
        boolean key = i == 0 && one.name().equals("Map");
        String at = path + (key ? "[key]" : "[]");
        ValueType from = one.arguments().get(i);
        ValueType to = other.arguments().get(i);
        Evolution argument = key ? compareKeys(at, from, to) : compare(at, from, to);
        switch (argument) {
          case Accepted accepted -> merged[i] = accepted.type();
          case Refused refused -> {
            return refused;
          }
        }
      }
      ValueType type = ValueType.named(other.name(), merged);
      return in(declared, other, new Accepted(type));
    }

    private Optional<Evolution> compareComponents(String path, Composite one, Composite other) {
      if (!one.name().equals(other.name())) {
        return Optional.empty();
      }
      enclosing.put(one.name(), other.name());
      SortedMap<String, ValueType> known = new TreeMap<>(one.removed());
      known.putAll(one.components());
      SortedMap<String, ValueType> merged = new TreeMap<>();
      for (Map.Entry<String, ValueType> component : other.components().entrySet()) {
        String name = component.getKey();
        ValueType stored = known.remove(name);
        if (stored == null) {
          merged.put(name, component.getValue());
          continue;
        }
        String at = path.isEmpty() ? name : path + "." + name;
        switch (compare(at, stored, component.getValue())) {
          case Accepted accepted -> merged.put(name, accepted.type());
          case Refused refused -> {
            return Optional.of(refused);
          }
        }
      }
      SortedMap<String, ValueType> removed = new TreeMap<>(known);
      other.removed().forEach(removed::putIfAbsent);
      return Optional.of(new Accepted(new Composite(other.name(), merged, removed)));
    }

    private Optional<Evolution> compareSubtypes(String path, OneOf one, OneOf other) {
      if (!one.name().equals(other.name())) {
        return Optional.empty();
      }
      enclosing.put(one.name(), other.name());
      SortedMap<String, ValueType> merged = new TreeMap<>(other.subtypes());
      for (Map.Entry<String, ValueType> subtype : one.subtypes().entrySet()) {
        String name = subtype.getKey();
        ValueType declared = other.subtypes().get(name);
        if (declared == null) {
          return Optional.empty();
        }
        String at = path.isEmpty() ? name : path + "." + name;
        switch (compare(at, subtype.getValue(), declared)) {
          case Accepted accepted -> merged.put(name, accepted.type());
          case Refused refused -> {
            return Optional.of(refused);
          }
        }
      }
      return Optional.of(new Accepted(new OneOf(other.name(), merged)));
    }

    /** A key is found by its bytes, so its type may only gain constants of an enum. */
    private static Evolution compareKeys(String path, ValueType stored, ValueType declared) {
      return isIntegerWidening(stored, declared)
          ? new Accepted(declared)
          : mismatch(path, stored, declared)
              .<Evolution>map(refused -> refused)
              .orElseGet(() -> new Accepted(declared));
    }

    /** The first part of a key's type that does not give equal keys equal bytes. */
    private static Optional<Refused> mismatch(String path, ValueType stored, ValueType declared) {
      if (stored.equals(declared)) {
        return Optional.empty();
      }
      return switch (stored) {
        case Enumeration one
            when declared instanceof Enumeration other && hasAllConstantsOf(one, other) ->
            Optional.empty();
        case Named one
            when declared instanceof Named other
                && one.name().equals(other.name())
                && one.arguments().size() == other.arguments().size() ->
            IntStream.range(0, one.arguments().size())
                .mapToObj(i -> mismatch(path, one.arguments().get(i), other.arguments().get(i)))
                .flatMap(Optional::stream)
                .findFirst();
        case Composite one
            when declared instanceof Composite other
                && one.name().equals(other.name())
                && one.removed().equals(other.removed()) ->
            mismatch(path, one.components(), other.components(), stored, declared);
        case OneOf one when declared instanceof OneOf other && one.name().equals(other.name()) ->
            mismatch(path, one.subtypes(), other.subtypes(), stored, declared);
        case Enumeration e -> Optional.of(new Refused(path, stored, declared));
        case Named n -> Optional.of(new Refused(path, stored, declared));
        case Composite c -> Optional.of(new Refused(path, stored, declared));
        case OneOf o -> Optional.of(new Refused(path, stored, declared));
        case Enclosing e -> Optional.of(new Refused(path, stored, declared));
      };
    }

    private static Optional<Refused> mismatch(
        String path,
        SortedMap<String, ValueType> one,
        SortedMap<String, ValueType> other,
        ValueType stored,
        ValueType declared) {
      if (!one.keySet().equals(other.keySet())) {
        return Optional.of(new Refused(path, stored, declared));
      }
      for (Map.Entry<String, ValueType> member : one.entrySet()) {
        ValueType now = other.getOrDefault(member.getKey(), declared);
        Optional<Refused> refused = mismatch(path + "." + member.getKey(), member.getValue(), now);
        if (refused.isPresent()) {
          return refused;
        }
      }
      return Optional.empty();
    }

    private static boolean hasAllConstantsOf(Enumeration stored, Enumeration declared) {
      return stored.name().equals(declared.name())
          && declared.constants().containsAll(stored.constants());
    }

    private static Base base(ValueType type) {
      if (!(type instanceof Named named)) {
        return new Base(Absence.NULL, type);
      }
      if (named.name().equals("Optional") && named.arguments().size() == 1) {
        return new Base(Absence.EMPTY, base(named.arguments().getFirst()).type());
      }
      String optional = OPTIONAL_OF.get(named.name());
      if (optional != null) {
        return new Base(Absence.EMPTY, ValueType.named(optional));
      }
      String primitive = PRIMITIVE_OF.get(named.name());
      if (primitive != null) {
        return new Base(Absence.NULL, ValueType.named(primitive));
      }
      return new Base(PRIMITIVE_OF.containsValue(named.name()) ? Absence.NONE : Absence.NULL, type);
    }

    private static boolean isWidening(String from, String to) {
      return isIntegerWidening(from, to) || TO_FLOATING.getOrDefault(from, Set.of()).contains(to);
    }

    private static boolean isIntegerWidening(String from, String to) {
      int narrow = INTEGERS.indexOf(from);
      return narrow >= 0 && narrow <= INTEGERS.indexOf(to);
    }

    private static boolean isIntegerWidening(ValueType from, ValueType to) {
      return base(from).absence() == base(to).absence()
          && base(from).type() instanceof Named one
          && base(to).type() instanceof Named other
          && isIntegerWidening(one.name(), other.name());
    }
  }
}
