package dev.cairn.state;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * The type of a stored value as checkpoints describe it, without the user's classes. Its text, such
 * as {@code shop.Total{cents=double,seenAt=Instant}}, is part of a {@link StateSchema}; {@link
 * Evolution} decides which other type may read the values.
 */
public sealed interface ValueType {
  /** The prefix of the text of an enum's type. */
  String ENUM = "enum:";

  /** A type that is known by its name, such as {@code int} or {@code Optional<String>}. */
  record Named(String name, List<ValueType> arguments) implements ValueType {
    public Named {
      arguments = List.copyOf(arguments);
    }

    @Override
    public String toString() {
      return text(this);
    }
  }

  /**
   * An enum, whose constants are stored as their names. Its text is {@code
   * enum:shop.Color<BLUE,RED>}.
   *
   * @param name the class
   * @param constants what may be stored; empty if an earlier release described the values, which
   *     did not name the constants
   */
  record Enumeration(String name, SortedSet<String> constants) implements ValueType {
    public Enumeration {
      constants = Collections.unmodifiableSortedSet(new TreeSet<>(constants));
    }

    @Override
    public String toString() {
      return text(this);
    }
  }

  /**
   * A record or a class with properties, stored as a map from component name to value.
   *
   * @param removed components that the class no longer has, and that stored values may still have
   */
  record Composite(
      String name, SortedMap<String, ValueType> components, SortedMap<String, ValueType> removed)
      implements ValueType {
    public Composite {
      components = Collections.unmodifiableSortedMap(new TreeMap<>(components));
      removed = Collections.unmodifiableSortedMap(new TreeMap<>(removed));
    }

    @Override
    public String toString() {
      return text(this);
    }
  }

  /** A sealed type: the value is one of its subtypes, stored under the subtype's simple name. */
  record OneOf(String name, SortedMap<String, ValueType> subtypes) implements ValueType {
    public OneOf {
      subtypes = Collections.unmodifiableSortedMap(new TreeMap<>(subtypes));
    }

    @Override
    public String toString() {
      return text(this);
    }
  }

  /** A type that contains itself: the enclosing type of this name. */
  record Enclosing(String name) implements ValueType {
    @Override
    public String toString() {
      return text(this);
    }
  }

  static ValueType named(String name, ValueType... arguments) {
    return new Named(name, List.of(arguments));
  }

  static ValueType enumeration(String name, Set<String> constants) {
    return new Enumeration(name, new TreeSet<>(constants));
  }

  static ValueType composite(String name, Map<String, ValueType> components) {
    return new Composite(name, new TreeMap<>(components), new TreeMap<>());
  }

  static ValueType oneOf(String name, Map<String, ValueType> subtypes) {
    return new OneOf(name, new TreeMap<>(subtypes));
  }

  /**
   * Reads the text of a type.
   *
   * @throws IllegalArgumentException if it is not one
   */
  static ValueType parse(String text) {
    return new Parser(text).parse();
  }

  private static String text(ValueType type) {
    StringBuilder out = new StringBuilder();
    write(type, out);
    return out.toString();
  }

  private static void write(ValueType type, StringBuilder out) {
    switch (type) {
      case Named named -> {
        escape(named.name(), out);
        if (!named.arguments().isEmpty()) {
          String separator = "<";
          for (ValueType argument : named.arguments()) {
            out.append(separator);
            write(argument, out);
            separator = ",";
          }
          out.append('>');
        }
      }
      case Enumeration enumeration -> {
        escape(ENUM + enumeration.name(), out);
        if (!enumeration.constants().isEmpty()) {
          String separator = "<";
          for (String constant : enumeration.constants()) {
            out.append(separator);
            escape(constant, out);
            separator = ",";
          }
          out.append('>');
        }
      }
      case Composite composite -> {
        escape(composite.name(), out);
        out.append('{');
        String separator = "";
        for (Map.Entry<String, ValueType> component : composite.components().entrySet()) {
          out.append(separator);
          writeMember(component, out);
          separator = ",";
        }
        for (Map.Entry<String, ValueType> component : composite.removed().entrySet()) {
          out.append(separator).append('~');
          writeMember(component, out);
          separator = ",";
        }
        out.append('}');
      }
      case OneOf oneOf -> {
        escape(oneOf.name(), out);
        String separator = "(";
        for (Map.Entry<String, ValueType> subtype : oneOf.subtypes().entrySet()) {
          out.append(separator);
          writeMember(subtype, out);
          separator = "|";
        }
        out.append(oneOf.subtypes().isEmpty() ? "()" : ")");
      }
      case Enclosing enclosing -> {
        out.append('^');
        escape(enclosing.name(), out);
      }
    }
  }

  private static void writeMember(Map.Entry<String, ValueType> member, StringBuilder out) {
    escape(member.getKey(), out);
    out.append('=');
    write(member.getValue(), out);
  }

  private static void escape(String name, StringBuilder out) {
    for (int i = 0; i < name.length(); i++) {
      char c = name.charAt(i);
      if (Parser.DELIMITERS.indexOf(c) >= 0) {
        out.append('%').append(Integer.toHexString(0x100 | c), 1, 3);
      } else {
        out.append(c);
      }
    }
  }

  /** Reads the text that {@link ValueType#toString} writes. */
  final class Parser {
    private static final String DELIMITERS = "<>{}()=,|~^%";
    private static final int DEEPEST = 1_000;

    private final String text;
    private int at;
    private int depth;

    private Parser(String text) {
      this.text = text;
    }

    private ValueType parse() {
      ValueType type = type();
      if (at != text.length()) {
        throw malformed("something follows the type");
      }
      return type;
    }

    private ValueType type() {
      if (++depth > DEEPEST) {
        throw malformed("it is nested too deeply");
      }
      ValueType type = plainType();
      depth--;
      return type;
    }

    private ValueType plainType() {
      if (skip('^')) {
        return new Enclosing(name());
      }
      String name = name();
      if (skip('{')) {
        return composite(name);
      }
      if (skip('(')) {
        return oneOf(name);
      }
      if (name.startsWith(ENUM) && name.length() > ENUM.length()) {
        return new Enumeration(
            name.substring(ENUM.length()), skip('<') ? constants() : new TreeSet<>());
      }
      return new Named(name, skip('<') ? arguments() : List.of());
    }

    private SortedSet<String> constants() {
      SortedSet<String> constants = new TreeSet<>();
      do {
        constants.add(name());
      } while (skip(','));
      require('>');
      return constants;
    }

    private List<ValueType> arguments() {
      List<ValueType> arguments = new ArrayList<>();
      do {
        arguments.add(type());
      } while (skip(','));
      require('>');
      return arguments;
    }

    private ValueType composite(String name) {
      SortedMap<String, ValueType> components = new TreeMap<>();
      SortedMap<String, ValueType> removed = new TreeMap<>();
      if (!skip('}')) {
        do {
          member(skip('~') ? removed : components);
        } while (skip(','));
        require('}');
      }
      return new Composite(name, components, removed);
    }

    private ValueType oneOf(String name) {
      SortedMap<String, ValueType> subtypes = new TreeMap<>();
      if (!skip(')')) {
        do {
          member(subtypes);
        } while (skip('|'));
        require(')');
      }
      return new OneOf(name, subtypes);
    }

    private void member(SortedMap<String, ValueType> members) {
      String name = name();
      require('=');
      members.put(name, type());
    }

    private String name() {
      StringBuilder name = new StringBuilder();
      while (at < text.length()) {
        char c = text.charAt(at);
        if (c == '%') {
          name.append(escaped());
        } else if (DELIMITERS.indexOf(c) >= 0) {
          break;
        } else {
          name.append(c);
          at++;
        }
      }
      if (name.isEmpty()) {
        throw malformed("a name is missing");
      }
      return name.toString();
    }

    private char escaped() {
      if (at + 3 > text.length()) {
        throw malformed("an escape is cut off");
      }
      try {
        char c = (char) Integer.parseInt(text.substring(at + 1, at + 3), 16);
        at += 3;
        return c;
      } catch (NumberFormatException e) {
        throw malformed("an escape is not two hexadecimal digits");
      }
    }

    private boolean skip(char expected) {
      if (at < text.length() && text.charAt(at) == expected) {
        at++;
        return true;
      }
      return false;
    }

    private void require(char expected) {
      if (!skip(expected)) {
        throw malformed("'" + expected + "' is missing");
      }
    }

    private IllegalArgumentException malformed(String problem) {
      return new IllegalArgumentException(
          "\"" + text + "\" is not a value's type: " + problem + " at character " + at);
    }
  }
}
