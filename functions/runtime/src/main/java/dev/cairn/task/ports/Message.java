package dev.cairn.task.ports;

import dev.cairn.format.JacksonMessages;
import java.nio.charset.StandardCharsets;

/** Prepares text for people that becomes part of a stored entry. */
public final class Message {
  private Message() {}

  /**
   * Shortens text to a number of characters. Text may quote a malformed record, so an unpaired
   * surrogate, which no entry can hold, becomes a question mark.
   */
  public static String shorten(String text, int longest) {
    String plain = JacksonMessages.withoutSource(text);
    String cut = plain.length() <= longest ? plain : plain.substring(0, longest) + "…";
    return new String(cut.getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8);
  }
}
