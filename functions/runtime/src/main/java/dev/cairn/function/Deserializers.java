package dev.cairn.function;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.ObjectReader;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** The deserializers that come with Cairn. */
public final class Deserializers {
  private Deserializers() {}

  /**
   * Decodes one JSON value per record with Jackson, whose annotations work. Fields that the class
   * does not have are ignored. Nothing is converted: a record with a value that its component
   * cannot hold exactly is a bad record, which the pipeline's failure policy handles.
   *
   * <ul>
   *   <li>A number, or text that is exactly a JSON number (a CSV file has nothing else), becomes
   *       any number that holds it: 1250 and 1250.0 fit a {@code long}, 1250.75 does not. A decimal
   *       fraction becomes the nearest {@code double}; a whole number beyond its precision, and
   *       what would become infinite or zero, is refused.
   *   <li>A boolean is {@code true} or {@code false}, or that as text. A number for a {@code
   *       String} is its text as it was written. An enum is the name of a constant.
   *   <li>Times are text in ISO 8601, with or without seconds, or as a {@code @JsonFormat} says; a
   *       day that the calendar does not have is refused. A number is refused, as it does not say
   *       its unit, unless {@code @JsonFormat} does. Names of months and days are English.
   *   <li>A field's name becomes the key of a map by the rules of its type. A whole number has one
   *       name only: {@code 07} is refused.
   *   <li>A component of a primitive type has to be there. {@code Optional}s and references may be
   *       absent or null.
   *   <li>A field that occurs twice is refused.
   * </ul>
   *
   * @param type a class that Jackson can bind, such as a record
   */
  public static <E> Deserializer<E> json(Class<E> type) {
    ObjectReader reader = EventMapper.MAPPER.readerFor(type);
    return data -> {
      E event;
      try (JsonParser in = new FiniteParser(EventMapper.MAPPER.createParser(data))) {
        event = reader.readValue(in);
      }
      if (event == null) {
        throw new IllegalArgumentException(
            "the record is the JSON value null, not a " + type.getName());
      }
      return event;
    };
  }

  /** Decodes the record as UTF-8 text. Malformed bytes are refused rather than replaced. */
  public static Deserializer<String> text() {
    return data -> StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(data)).toString();
  }
}
