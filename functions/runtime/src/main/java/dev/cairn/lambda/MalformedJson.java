package dev.cairn.lambda;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;

/** Distinguishes malformed JSON from a failing stream. */
final class MalformedJson {
  private MalformedJson() {}

  interface Reading<T> {
    T read() throws IOException;
  }

  static <T> T guard(Reading<T> reading) throws IOException {
    try {
      return reading.read();
    } catch (JsonProcessingException e) {
      throw new MalformedEventException(
          "the event is not well-formed JSON: "
              + e.getOriginalMessage()
              + " (at byte "
              + (e.getLocation() == null ? -1 : e.getLocation().getByteOffset())
              + ")",
          e);
    }
  }

  /** Requires that the event's object ends here, and that nothing follows it. */
  static void requireEnd(JsonParser in) throws IOException {
    if (!in.hasToken(JsonToken.END_OBJECT) || in.nextToken() != null) {
      throw new MalformedEventException("data follows the end of the event");
    }
  }
}
