package dev.cairn.settings;

import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads and writes sizes as Flink's configuration does: {@code 20 kb}, {@code 1mb}, {@code 512}. A
 * kilobyte has 1024 bytes. Without a unit: bytes.
 */
public final class FlinkSize {
  private static final Pattern FORM = Pattern.compile("(\\d{1,10})\\s*(\\p{L}*)");
  private static final Map<String, Integer> UNITS =
      Map.ofEntries(
          Map.entry("", 1),
          Map.entry("b", 1),
          Map.entry("bytes", 1),
          Map.entry("k", 1 << 10),
          Map.entry("kb", 1 << 10),
          Map.entry("kibibytes", 1 << 10),
          Map.entry("m", 1 << 20),
          Map.entry("mb", 1 << 20),
          Map.entry("mebibytes", 1 << 20),
          Map.entry("g", 1 << 30),
          Map.entry("gb", 1 << 30),
          Map.entry("gibibytes", 1 << 30));

  private FlinkSize() {}

  /**
   * Parses a size in bytes.
   *
   * @throws IllegalArgumentException if the text is no such size, or one of 2 GiB or more
   */
  public static int parse(String text) {
    Matcher form = FORM.matcher(text.strip());
    Integer unit = form.matches() ? UNITS.get(form.group(2).toLowerCase(Locale.ROOT)) : null;
    if (unit == null) {
      throw new IllegalArgumentException(
          "\""
              + text
              + "\" is not a size: write a whole number and one of b, kb, mb, gb, such as 20 kb");
    }
    try {
      return Math.toIntExact(Math.multiplyExact(Long.parseLong(form.group(1)), unit));
    } catch (ArithmeticException e) {
      throw new IllegalArgumentException("\"" + text + "\" is a size of 2 gb or more", e);
    }
  }

  /** Writes a size in the largest unit that leaves no remainder. */
  public static String print(int bytes) {
    if (bytes == 0 || bytes % (1 << 10) != 0) {
      return bytes + " b";
    }
    return bytes % (1 << 20) == 0 ? (bytes >> 20) + " mb" : (bytes >> 10) + " kb";
  }
}
