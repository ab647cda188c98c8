package dev.cairn.cli.output;

import java.util.regex.Pattern;

/** Shortens long identifiers for people; {@code --json} prints them in full. */
public final class Elision {
  /** No other number that Cairn prints is so long. */
  private static final Pattern SEQUENCE_NUMBER = Pattern.compile("\\b\\d{22}\\d*(\\d{8})\\b");

  private static final Pattern SHARD = Pattern.compile("\\bshardId-0{8}(\\d{4})\\b");
  private static final String ELLIPSIS = "…";

  private Elision() {}

  /**
   * Replaces each sequence number by its last eight digits, such as {@code …36588898}. Kinesis's
   * have 56 digits, and those of one shard differ in the last ones.
   */
  public static String positions(String text) {
    return SEQUENCE_NUMBER.matcher(text).replaceAll(ELLIPSIS + "$1");
  }

  /**
   * Replaces each shard id by its last four digits, such as {@code …0003}, if the rest are zeros.
   */
  public static String shards(String text) {
    return SHARD.matcher(text).replaceAll(ELLIPSIS + "$1");
  }

  /** A text of so many characters at most, without its middle where it has more. */
  public static String middle(String text, int most) {
    if (text.length() <= most) {
      return text;
    }
    int kept = Math.max(2, most - ELLIPSIS.length());
    int end = kept * 2 / 3;
    return text.substring(0, kept - end) + ELLIPSIS + text.substring(text.length() - end);
  }
}
