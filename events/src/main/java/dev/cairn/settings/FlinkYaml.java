package dev.cairn.settings;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Parses the part of YAML that Flink's configuration files use: maps of texts, nested by
 * indentation or by dots in their keys. Any other YAML is refused, with its line.
 */
final class FlinkYaml {
  private static final Pattern LINE =
      Pattern.compile(
          "( *)(?:([^\\s:#'\"][^\\s:]*)|'([^':]+)'|\"([^\":\\\\]+)\") *:(?:[ \\t]+(.*))?");
  private static final Pattern QUOTED =
      Pattern.compile("(?:'((?:[^']|'')*)'|\"([^\"\\\\]*)\")\\s*(?:#.*)?");
  private static final Pattern PLAIN = Pattern.compile("(.*?)(?:\\s+#.*|\\s*)");

  private FlinkYaml() {}

  /** A key with a nested map, its indentation, and its line. */
  private record Level(int indent, String prefix, int number, String line) {}

  /**
   * @return values by full names, such as {@code execution.checkpointing.interval}
   */
  static Map<String, String> parse(String text) {
    Map<String, String> values = new LinkedHashMap<>();
    Deque<Level> levels = new ArrayDeque<>();
    // The last key without a value on its line, until a line below it is read.
    Optional<Level> open = Optional.empty();
    int number = 0;
    for (String line : text.replaceFirst("^\ufeff", "").lines().toList()) {
      number++;
      if (isNothing(line)) {
        continue;
      }
      Matcher form = LINE.matcher(line);
      if (!form.matches()) {
        throw wrong(number, line, "is not a line of key: value");
      }
      int indent = form.group(1).length();
      requireValue(open.filter(key -> key.indent() >= indent));
      open = Optional.empty();
      while (!levels.isEmpty() && levels.peek().indent() >= indent) {
        levels.pop();
      }
      String name = (levels.isEmpty() ? "" : levels.peek().prefix()) + key(form);
      String value = form.group(5) == null ? "" : form.group(5).strip();
      if (value.isEmpty() || value.startsWith("#")) {
        levels.push(new Level(indent, name + ".", number, line));
        open = Optional.of(levels.peek());
      } else if (values.putIfAbsent(name, scalar(number, line, value)) != null) {
        throw wrong(number, line, "sets " + name + " a second time");
      }
    }
    requireValue(open);
    return values;
  }

  private static String key(Matcher form) {
    return Stream.of(form.group(2), form.group(3), form.group(4))
        .filter(Objects::nonNull)
        .findFirst()
        .orElseThrow();
  }

  /** Refuses a key without a value, which is certainly a mistake. */
  private static void requireValue(Optional<Level> key) {
    key.ifPresent(
        open -> {
          throw wrong(
              open.number(),
              open.line(),
              "has no value, and nothing below it has one: write it, or leave the line out");
        });
  }

  private static boolean isNothing(String line) {
    String content = line.strip();
    return content.isEmpty() || content.startsWith("#") || content.equals("---");
  }

  private static String scalar(int number, String line, String text) {
    Matcher quoted = QUOTED.matcher(text);
    if (quoted.matches()) {
      return quoted.group(1) != null ? quoted.group(1).replace("''", "'") : quoted.group(2);
    }
    if ("'\"[{&*!|>%@`-?".indexOf(text.charAt(0)) >= 0 && !text.matches("-\\d.*")) {
      throw wrong(number, line, "has more of YAML than key: value; write the value as plain text");
    }
    Matcher plain = PLAIN.matcher(text);
    return plain.matches() ? plain.group(1) : text;
  }

  private static IllegalArgumentException wrong(int number, String line, String why) {
    return new IllegalArgumentException(
        "line " + number + " of the configuration, \"" + line.strip() + "\", " + why);
  }
}
