package dev.cairn.function;

import com.fasterxml.jackson.annotation.JsonFormat;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.BeanProperty;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.JsonDeserializer;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.deser.ContextualDeserializer;
import com.fasterxml.jackson.databind.deser.std.StdScalarDeserializer;
import java.io.IOException;
import java.text.ParsePosition;
import java.text.SimpleDateFormat;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Calendar;
import java.util.Date;
import java.util.Locale;
import java.util.TimeZone;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Reads a {@code Date}, its subclasses and a {@code Calendar} from text in ISO 8601, or in the form
 * that a {@code @JsonFormat} says. Jackson alone would take any number for milliseconds, the 30th
 * of February for a day in March, and cut what is shorter than a millisecond.
 */
final class ExactDate extends StdScalarDeserializer<Object> implements ContextualDeserializer {
  private static final long serialVersionUID = 1;

  private static final Pattern ZONE = Pattern.compile("[zZX]");

  private final Class<?> type;
  private final JsonDeserializer<?> jackson;
  private final JsonFormat.Value format;

  ExactDate(Class<?> type, JsonDeserializer<?> jackson) {
    this(type, jackson, JsonFormat.Value.empty());
  }

  private ExactDate(Class<?> type, JsonDeserializer<?> jackson, JsonFormat.Value format) {
    super(type);
    this.type = type;
    this.jackson = jackson;
    this.format = format;
  }

  /** Whether values of a type are read here. */
  static boolean reads(Class<?> type) {
    return Date.class.isAssignableFrom(type) || Calendar.class.isAssignableFrom(type);
  }

  /** A date as a map's key has too many names, and as many forms. */
  static Object refuseKey(String text) {
    throw new DateTimeException("declare a LocalDate or an Instant as the key");
  }

  @Override
  public JsonDeserializer<?> createContextual(
      DeserializationContext context, @Nullable BeanProperty property) throws JsonMappingException {
    JsonFormat.Value here = findFormatOverrides(context, property, type);
    JsonDeserializer<?> contextual =
        jackson instanceof ContextualDeserializer deserializer
            ? deserializer.createContextual(context, property)
            : jackson;
    return new ExactDate(type, contextual, here == null ? JsonFormat.Value.empty() : here);
  }

  @Override
  public @Nullable Object deserialize(JsonParser in, DeserializationContext context)
      throws IOException {
    boolean isNumber = format.getShape().isNumeric() && !format.hasPattern();
    JsonToken expected = isNumber ? JsonToken.VALUE_NUMBER_INT : JsonToken.VALUE_STRING;
    if (!in.hasToken(expected)) {
      return context.reportInputMismatch(
          type,
          "%s is not %s",
          in.getText(),
          isNumber
              ? "a whole number of milliseconds"
              : "text such as 2013-01-01T10:15Z; if it is a number, declare a long and convert it by"
                  + " the producer's unit");
    }
    if (!isNumber) {
      String text = in.getText();
      try {
        requireExact(text, context);
      } catch (DateTimeException e) {
        return context.handleWeirdStringValue(type, text, "%s", String.valueOf(e.getMessage()));
      }
    }
    return jackson.deserialize(in, context);
  }

  private void requireExact(String text, DeserializationContext context) {
    if (format.hasPattern()) {
      Locale locale = format.hasLocale() ? format.getLocale() : context.getLocale();
      TimeZone zone = format.hasTimeZone() ? format.getTimeZone() : context.getTimeZone();
      requirePattern(text, locale, zone);
      return;
    }
    Instant instant =
        type.getName().equals("java.sql.Date")
            ? LocalDate.parse(text).atStartOfDay(ZoneOffset.UTC).toInstant()
            : OffsetDateTime.parse(text).toInstant();
    if (!Instant.ofEpochMilli(instant.toEpochMilli()).equals(instant)) {
      throw new DateTimeException("it is finer than a millisecond; declare an Instant");
    }
  }

  private void requirePattern(String text, Locale locale, TimeZone zone) {
    SimpleDateFormat strict = new SimpleDateFormat(format.getPattern(), locale);
    strict.setTimeZone(zone);
    strict.setLenient(false);
    ParsePosition position = new ParsePosition(0);
    Date date = strict.parse(text, position);
    // Year 13 is not the year that yyyy says; a zone, though, has many names.
    boolean isExact =
        date != null
            && position.getIndex() == text.length()
            && (ZONE.matcher(format.getPattern()).find()
                || strict.format(date).equalsIgnoreCase(text));
    if (!isExact) {
      throw new DateTimeException("it is not exactly such a date as " + format.getPattern());
    }
  }
}
