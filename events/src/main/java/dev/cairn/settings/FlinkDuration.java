package dev.cairn.settings;

import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads and writes durations as Flink's configuration does: {@code 3 s}, {@code 500 ms}, {@code 10
 * min}. Without a unit: milliseconds.
 */
public final class FlinkDuration {
  private static final Pattern FORM = Pattern.compile("(\\d{1,18})\\s*(\\p{L}*)");
  private static final Map<String, Duration> UNITS =
      Map.ofEntries(
          Map.entry("d", Duration.ofDays(1)),
          Map.entry("day", Duration.ofDays(1)),
          Map.entry("h", Duration.ofHours(1)),
          Map.entry("hour", Duration.ofHours(1)),
          Map.entry("min", Duration.ofMinutes(1)),
          Map.entry("m", Duration.ofMinutes(1)),
          Map.entry("minute", Duration.ofMinutes(1)),
          Map.entry("s", Duration.ofSeconds(1)),
          Map.entry("sec", Duration.ofSeconds(1)),
          Map.entry("second", Duration.ofSeconds(1)),
          Map.entry("ms", Duration.ofMillis(1)),
          Map.entry("milli", Duration.ofMillis(1)),
          Map.entry("millisecond", Duration.ofMillis(1)),
          Map.entry("", Duration.ofMillis(1)),
          Map.entry("us", Duration.ofNanos(1_000)),
          // The micro sign, which Flink writes, and the Greek letter.
          Map.entry("\u00b5s", Duration.ofNanos(1_000)),
          Map.entry("\u03bcs", Duration.ofNanos(1_000)),
          Map.entry("micro", Duration.ofNanos(1_000)),
          Map.entry("microsecond", Duration.ofNanos(1_000)),
          Map.entry("ns", Duration.ofNanos(1)),
          Map.entry("nano", Duration.ofNanos(1)),
          Map.entry("nanosecond", Duration.ofNanos(1)));

  private FlinkDuration() {}

  /**
   * Reads a duration in any of Flink's units, in their short and their long names.
   *
   * @throws IllegalArgumentException if the text is no such duration
   */
  public static Duration parse(String text) {
    Matcher form = FORM.matcher(text.strip());
    if (!form.matches()) {
      throw notADuration(text);
    }
    String name = form.group(2).toLowerCase(Locale.ROOT);
    boolean plural = name.length() > 2 && name.endsWith("s");
    Duration unit = UNITS.get(plural ? name.substring(0, name.length() - 1) : name);
    if (unit == null) {
      throw notADuration(text);
    }
    try {
      return unit.multipliedBy(Long.parseLong(form.group(1)));
    } catch (ArithmeticException e) {
      throw notADuration(text);
    }
  }

  private static IllegalArgumentException notADuration(String text) {
    return new IllegalArgumentException(
        "\""
            + text
            + "\" is not a duration: write a whole number and one of d, h, min, s, ms, us, ns, such as 3 s or 10 min");
  }

  /** Writes a duration in the largest unit that leaves no remainder. */
  public static String print(Duration duration) {
    if (duration.isNegative()) {
      throw new IllegalArgumentException(
          "a duration of " + duration + " cannot be written: it is negative");
    }
    if (duration.isZero()) {
      return "0 ms";
    }
    long seconds = duration.toSeconds();
    if (duration.equals(Duration.ofSeconds(seconds))) {
      if (seconds % 86_400 == 0) {
        return seconds / 86_400 + " d";
      }
      if (seconds % 3_600 == 0) {
        return seconds / 3_600 + " h";
      }
      return seconds % 60 == 0 ? seconds / 60 + " min" : seconds + " s";
    }
    long nanos = duration.toNanos();
    if (nanos % 1_000_000 == 0) {
      return nanos / 1_000_000 + " ms";
    }
    return nanos % 1_000 == 0 ? nanos / 1_000 + " us" : nanos + " ns";
  }
}
