package dev.cairn.function;

import com.fasterxml.jackson.databind.ObjectReader;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** The deserializers that come with Cairn. */
public final class Deserializers {
  private Deserializers() {}

  /**
   * One JSON value per record, bound by Jackson: fields that the class does not have are ignored,
   * absent ones are empty {@code Optional}s, a number may be written as a string, and times are ISO
   * 8601 with or without seconds. Jackson's annotations work.
   *
   * @param type a class that Jackson can bind, such as a record
   */
  public static <E> Deserializer<E> json(Class<E> type) {
    ObjectReader reader = Jackson.EVENTS.readerFor(type);
    return data -> {
      E event = reader.readValue(data);
      if (event == null) {
        throw new IllegalArgumentException(
            "the record is the JSON value null, not a " + type.getName());
      }
      return event;
    };
  }

  /** The record as text in UTF-8; malformed bytes are refused rather than replaced. */
  public static Deserializer<String> text() {
    return data -> StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(data)).toString();
  }
}
