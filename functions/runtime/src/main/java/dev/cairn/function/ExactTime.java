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
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.datatype.jsr310.deser.DurationDeserializer;
import com.fasterxml.jackson.datatype.jsr310.deser.InstantDeserializer;
import com.fasterxml.jackson.datatype.jsr310.deser.JSR310StringParsableDeserializer;
import com.fasterxml.jackson.datatype.jsr310.deser.LocalDateDeserializer;
import com.fasterxml.jackson.datatype.jsr310.deser.LocalDateTimeDeserializer;
import com.fasterxml.jackson.datatype.jsr310.deser.LocalTimeDeserializer;
import com.fasterxml.jackson.datatype.jsr310.deser.MonthDayDeserializer;
import com.fasterxml.jackson.datatype.jsr310.deser.OffsetTimeDeserializer;
import com.fasterxml.jackson.datatype.jsr310.deser.YearMonthDeserializer;
import java.io.IOException;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.MonthDay;
import java.time.OffsetDateTime;
import java.time.OffsetTime;
import java.time.Period;
import java.time.YearMonth;
import java.time.ZonedDateTime;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Reads a time from text in ISO 8601, with or without seconds. A number is refused, as it does not
 * say its unit, unless the component has a {@code @JsonFormat} that does.
 */
final class ExactTime<T> extends StdScalarDeserializer<T> implements ContextualDeserializer {
  private static final long serialVersionUID = 1;

  private final Class<T> type;
  private final transient Function<String, T> parse;
  private final JsonDeserializer<?> jackson;
  private final String example;

  private ExactTime(
      Class<T> type, Function<String, T> parse, JsonDeserializer<?> jackson, String example) {
    super(type);
    this.type = type;
    this.parse = parse;
    this.jackson = jackson;
    this.example = example;
  }

  static void addTo(SimpleModule module) {
    String time = "2013-01-01T10:15Z or 2013-01-01T10:15:00.123Z";
    add(
        module,
        Instant.class,
        text -> OffsetDateTime.parse(text).toInstant(),
        InstantDeserializer.INSTANT,
        time);
    add(
        module,
        OffsetDateTime.class,
        OffsetDateTime::parse,
        InstantDeserializer.OFFSET_DATE_TIME,
        time);
    add(
        module,
        ZonedDateTime.class,
        ZonedDateTime::parse,
        InstantDeserializer.ZONED_DATE_TIME,
        "2013-01-01T10:15+01:00[Europe/Paris]");
    add(module, LocalDate.class, LocalDate::parse, LocalDateDeserializer.INSTANCE, "2013-01-01");
    add(
        module,
        LocalTime.class,
        LocalTime::parse,
        LocalTimeDeserializer.INSTANCE,
        "10:15 or 10:15:00.123");
    add(
        module,
        LocalDateTime.class,
        LocalDateTime::parse,
        LocalDateTimeDeserializer.INSTANCE,
        "2013-01-01T10:15");
    add(
        module,
        OffsetTime.class,
        OffsetTime::parse,
        OffsetTimeDeserializer.INSTANCE,
        "10:15+01:00");
    add(module, Duration.class, Duration::parse, DurationDeserializer.INSTANCE, "PT1.5S");
    add(module, Period.class, Period::parse, JSR310StringParsableDeserializer.PERIOD, "P1M2D");
    add(module, YearMonth.class, YearMonth::parse, YearMonthDeserializer.INSTANCE, "2013-01");
    add(module, MonthDay.class, MonthDay::parse, MonthDayDeserializer.INSTANCE, "--01-31");
  }

  private static <T> void add(
      SimpleModule module,
      Class<T> type,
      Function<String, T> parse,
      JsonDeserializer<?> jackson,
      String example) {
    module.addDeserializer(type, new ExactTime<>(type, parse, jackson, example));
    ExactKey.add(module, type, parse);
  }

  @Override
  public JsonDeserializer<?> createContextual(
      DeserializationContext context, @Nullable BeanProperty property) throws JsonMappingException {
    JsonFormat.@Nullable Value format = findFormatOverrides(context, property, type);
    if (format != null
        && (format.hasPattern() || format.hasShape())
        && jackson instanceof ContextualDeserializer contextual) {
      return ExactFormat.of(
          type, contextual.createContextual(context, property), format, context.getLocale());
    }
    return this;
  }

  @Override
  @SuppressWarnings("unchecked") // what handles a problem returns a value of the type
  public T deserialize(JsonParser in, DeserializationContext context) throws IOException {
    if (!in.hasToken(JsonToken.VALUE_STRING)) {
      return context.reportInputMismatch(
          type,
          "%s is not text such as %s; if it is a number, declare a long and convert it by the"
              + " producer's unit, as with Instant.ofEpochMilli",
          in.getText(),
          example);
    }
    String text = in.getText();
    try {
      return parse.apply(text);
    } catch (DateTimeException e) {
      return (T)
          context.handleWeirdStringValue(
              type,
              text,
              "%s; such a value looks like %s",
              String.valueOf(e.getMessage()),
              example);
    }
  }
}
