package dev.cairn.format;

import java.util.regex.Pattern;

/**
 * Shortens what Jackson says of a text or bytes that it could not read.
 *
 * <p>Its messages end in the source, which is left out in favour of a hint at one of Jackson's own
 * settings. A reader of a dead letter needs the line and the column, and the field.
 */
public final class JacksonMessages {
  private static final Pattern LINE =
      Pattern.compile(
          "(?s)\\s*at \\[Source: .*?; line: (\\d+), column: (\\d+)(?:; byte offset: #-?\\d+)?\\]");
  private static final Pattern OFFSET =
      Pattern.compile("(?s)\\s*at \\[Source: .*?; byte offset: #(-?\\d+)\\]");
  private static final Pattern NOWHERE = Pattern.compile("(?s)\\s*at \\[Source: [^\\]]*\\]");

  private JacksonMessages() {}

  /** A message without sources: {@code (line 1, column 7)} stands in place of each. */
  public static String withoutSource(String message) {
    if (!message.contains("at [Source: ")) {
      return message;
    }
    String lines = LINE.matcher(message).replaceAll(" (line $1, column $2)");
    String offsets = OFFSET.matcher(lines).replaceAll(" (byte $1)");
    return NOWHERE.matcher(offsets).replaceAll("");
  }
}
