package dev.cairn.cdk;

import dev.cairn.settings.Configuration;
import dev.cairn.settings.SettingSource;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Compose;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.ReaderException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.Tag;
import org.snakeyaml.engine.v2.schema.FailsafeSchema;

/**
 * Reads a fragment of a Flink configuration, which is YAML: keys may be nested, have dots, or both.
 * A value is the text that was written, because an option knows its type, and YAML would guess it
 * from a value such as {@code 0x10}, {@code yes} or {@code 1e3}.
 */
final class ConfigurationFragment {
  private static final LoadSettings TEXTS =
      LoadSettings.builder().setSchema(new FailsafeSchema()).setAllowNonScalarKeys(true).build();
  private static final Set<Tag> IMPLICIT_TAGS = Set.of(Tag.STR, Tag.MAP, Tag.SEQ);

  private final String text;
  private final Map<String, ScalarNode> values = new LinkedHashMap<>();

  private ConfigurationFragment(String text) {
    this.text = text;
  }

  /**
   * @throws IllegalArgumentException with the first line that cannot be read, or with all invalid
   *     settings by name
   */
  static Configuration parse(String text) {
    return Configuration.of(values(text), SettingSource.CONSTRUCT);
  }

  /**
   * Returns values by full names, such as {@code execution.checkpointing.interval}.
   *
   * @throws IllegalArgumentException with the first line that cannot be read
   */
  static Map<String, String> values(String text) {
    ConfigurationFragment fragment = new ConfigurationFragment(text);
    try {
      fragment.read();
    } catch (YamlEngineException e) {
      IllegalArgumentException malformed = fragment.malformed(e);
      malformed.initCause(e);
      throw malformed;
    }
    Map<String, String> values = new LinkedHashMap<>();
    fragment.values.forEach((name, value) -> values.put(name, value.getValue()));
    return values;
  }

  private void read() {
    boolean isRead = false;
    for (Node document : new Compose(TEXTS).composeAllFromString(text)) {
      if (isMissing(document)) {
        continue;
      }
      if (isRead) {
        throw wrong(document, "begins a second document: keep one of them, and no line ---");
      }
      if (!(document instanceof MappingNode map)) {
        throw wrong(document, "is not a line of key: value");
      }
      requirePlain(map);
      addAll("", map);
      isRead = true;
    }
  }

  private void addAll(String prefix, MappingNode map) {
    for (NodeTuple entry : map.getValue()) {
      Node key = entry.getKeyNode();
      if (!(key instanceof ScalarNode name) || name.getValue().isBlank()) {
        throw wrong(key, "is not a line of key: value");
      }
      requirePlain(key);
      add(prefix + name.getValue(), key, entry.getValueNode());
    }
  }

  private void add(String name, Node key, Node value) {
    if (isMissing(value)) {
      throw wrong(
          key, "has no value, and nothing below it has one: write it, or leave the line out");
    }
    requirePlain(value);
    if (value instanceof MappingNode map) {
      addAll(name + ".", map);
    } else if (value instanceof ScalarNode scalar) {
      ScalarNode before = values.putIfAbsent(name, scalar);
      if (before != null) {
        int first = line(before.getStartMark());
        throw wrong(key, "sets " + name + " a second time, after line " + first + ": keep one");
      }
    } else {
      throw wrong(key, "sets " + name + " to a list, and no setting takes one: write one value");
    }
  }

  private static boolean isMissing(Node value) {
    return switch (value) {
      case ScalarNode scalar -> scalar.isPlain() && scalar.getValue().isEmpty();
      case MappingNode map -> map.getValue().isEmpty();
      default -> false;
    };
  }

  /** Refuses anchors, and so the aliases of them, and types, which every option has already. */
  private void requirePlain(Node node) {
    if (node.getAnchor().isPresent() || !IMPLICIT_TAGS.contains(node.getTag())) {
      throw wrong(node, "has an anchor (&) or a type (!): write the value as plain text");
    }
  }

  private IllegalArgumentException malformed(YamlEngineException problem) {
    return switch (problem) {
      case MarkedYamlEngineException marked ->
          wrong(
              line(marked.getProblemMark()),
              "is not YAML ("
                  + marked.getProblem()
                  + "): write key: value, indent with spaces, and quote a value with : or signs");
      case ReaderException unprintable ->
          wrong(
              line(unprintable.getPosition()), "contains a control character: write the line anew");
      default ->
          new IllegalArgumentException("the configuration is not YAML: " + problem.getMessage());
    };
  }

  private IllegalArgumentException wrong(Node node, String why) {
    return wrong(line(node.getStartMark()), why);
  }

  private IllegalArgumentException wrong(int number, String why) {
    String line = text.lines().skip(number - 1L).findFirst().orElse("").strip();
    return new IllegalArgumentException(
        "line " + number + " of the configuration, \"" + line + "\", " + why);
  }

  private static int line(Optional<Mark> mark) {
    return mark.map(Mark::getLine).orElse(0) + 1;
  }

  private int line(int codePoints) {
    return (int) text.codePoints().limit(codePoints).filter(next -> next == '\n').count() + 1;
  }
}
