package dev.cairn.cdk;

import dev.cairn.settings.FlinkDuration;
import dev.cairn.state.StartPosition;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;
import software.constructs.Node;

/**
 * Reads {@code -c name=value}; a value that cannot be used is refused, and the message has its
 * name.
 */
record AppContext(Node node) {
  private static final int SHARDS = 4;

  Optional<String> text(String name) {
    return Optional.ofNullable(node.tryGetContext(name)).map(String::valueOf);
  }

  String text(String name, String otherwise) {
    return text(name).orElse(otherwise);
  }

  int number(String name, int otherwise) {
    return parse(name, "a whole number", Integer::parseInt).orElse(otherwise);
  }

  Optional<Duration> duration(String name) {
    return parse(name, "a duration such as 30 s", FlinkDuration::parse);
  }

  StartPosition start() {
    return parse("start", "TRIM_HORIZON or a time such as 2026-11-21T14:00:00Z", AppContext::start)
        .orElseGet(StartPosition.TrimHorizon::new);
  }

  private static StartPosition start(String text) {
    if (text.equals("TRIM_HORIZON")) {
      return new StartPosition.TrimHorizon();
    }
    try {
      return new StartPosition.AtTimestamp(Instant.parse(text));
    } catch (DateTimeParseException e) {
      throw new IllegalArgumentException(text, e);
    }
  }

  /** Returns a new stream of so many {@code shards}, or an on-demand one. */
  SourceStream.NewStream stream() {
    return parse("shards", "a whole number, or on-demand", AppContext::stream)
        .orElseGet(() -> SourceStream.ofShards(SHARDS));
  }

  private static SourceStream.NewStream stream(String text) {
    return text.equals("on-demand")
        ? SourceStream.onDemand()
        : SourceStream.ofShards(Integer.parseInt(text));
  }

  boolean flag(String name, boolean otherwise) {
    return parse(name, "true or false", AppContext::flag).orElse(otherwise);
  }

  private static boolean flag(String text) {
    return switch (text) {
      case "true" -> true;
      case "false" -> false;
      default -> throw new IllegalArgumentException(text);
    };
  }

  /** Reads the name of an enumeration's constant, in any case. */
  <E extends Enum<E>> E choice(String name, E otherwise) {
    Class<E> type = otherwise.getDeclaringClass();
    return parse(
            name,
            "one of " + Arrays.toString(type.getEnumConstants()),
            text -> Enum.valueOf(type, text.toUpperCase(Locale.ROOT)))
        .orElse(otherwise);
  }

  private <T> Optional<T> parse(String name, String expected, Function<String, T> parser) {
    return text(name)
        .map(
            text -> {
              try {
                return parser.apply(text);
              } catch (IllegalArgumentException e) {
                throw new IllegalArgumentException(
                    "-c " + name + "=" + text + " cannot be used: give " + expected, e);
              }
            });
  }
}
