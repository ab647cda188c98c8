package dev.cairn.format;

import java.util.regex.Pattern;

/**
 * Shortens Jackson's messages about malformed text or bytes.
 *
 * <p>Jackson appends a description of the source, or a hint at one of its settings. A reader of a
 * dead letter needs only the line, the column and the field.
 */
public final class JacksonMessages {
  private static final Pattern LINE =
      Pattern.compile(
          "(?s)\\s*at \\[Source: .*?; line: (\\d+), column: (\\d+)(?:; byte offset: #-?\\d+)?\\]");
  private static final Pattern OFFSET =
      Pattern.compile("(?s)\\s*at \\[Source: .*?; byte offset: #(-?\\d+)\\]");
  private static final Pattern NOWHERE = Pattern.compile("(?s)\\s*at \\[Source: [^\\]]*\\]");

  private JacksonMessages() {}

  /**
   * Returns the message with each source replaced by its place, such as {@code (line 1, column 7)}.
   */
  public static String withoutSource(String message) {
    if (!message.contains("at [Source: ")) {
      return message;
    }
    String lines = LINE.matcher(message).replaceAll(" (line $1, column $2)");
    String offsets = OFFSET.matcher(lines).replaceAll(" (byte $1)");
    return NOWHERE.matcher(offsets).replaceAll("");
  }
}
