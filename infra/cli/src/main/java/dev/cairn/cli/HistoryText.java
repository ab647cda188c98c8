package dev.cairn.cli;

import dev.cairn.cli.output.Elision;
import dev.cairn.cli.output.Sizes;
import java.time.Duration;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;

/**
 * A line of the history for people. Stored text has exact values in milliseconds and bytes, which
 * scripts get; here it is converted to the units of {@code cairn checkpoints}.
 */
final class HistoryText {
  private static final Pattern MILLIS = Pattern.compile("\\b(\\d{1,15}) ms\\b");
  private static final Pattern BYTES = Pattern.compile("\\b(\\d{1,18}) bytes\\b");
  private static final Pattern NEW_BYTES = Pattern.compile("\\b(\\d{1,18}) of them new\\b");
  private static final Pattern NO_ADVICE = Pattern.compile("; nothing$");

  private HistoryText() {}

  static String of(String stored) {
    String text = Elision.positions(stored);
    text = replace(text, MILLIS, ms -> Sizes.seconds(Duration.ofMillis(Long.parseLong(ms))));
    text = replace(text, BYTES, bytes -> Sizes.bytes(Long.parseLong(bytes)));
    text = replace(text, NEW_BYTES, bytes -> Sizes.bytes(Long.parseLong(bytes)) + " of them new");
    return NO_ADVICE.matcher(text).replaceAll("");
  }

  private static String replace(String text, Pattern pattern, UnaryOperator<String> shown) {
    return pattern.matcher(text).replaceAll(found -> shown.apply(found.group(1)));
  }
}
