package dev.cairn.function;

import com.fasterxml.jackson.annotation.JsonFormat;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.JsonDeserializer;
import com.fasterxml.jackson.databind.deser.std.StdScalarDeserializer;
import java.io.IOException;
import java.math.BigDecimal;
import java.text.ParsePosition;
import java.time.DateTimeException;
import java.time.LocalDate;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.time.temporal.ChronoField;
import java.time.temporal.TemporalAccessor;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Reads a time in the form that its component's {@code @JsonFormat} says. Jackson alone would read
 * the 31st of February as its last day, and cut what is shorter than a nanosecond.
 */
final class ExactFormat<T> extends StdScalarDeserializer<T> {
  private static final long serialVersionUID = 1;
  private static final int NANOSECOND_DIGITS = 9;
  private static final int MOST_DIGITS = 30;

  private final JsonDeserializer<?> jackson;
  private final transient Optional<DateTimeFormatter> pattern;

  private ExactFormat(
      Class<T> type, JsonDeserializer<?> jackson, Optional<DateTimeFormatter> pattern) {
    super(type);
    this.jackson = jackson;
    this.pattern = pattern;
  }

  /**
   * Reads what Jackson reads, if that is exactly what is written.
   *
   * @param jackson Jackson's own deserializer, which knows the format
   */
  static <T> ExactFormat<T> of(
      Class<T> type, JsonDeserializer<?> jackson, JsonFormat.Value format, Locale locale) {
    return new ExactFormat<>(
        type,
        jackson,
        format.hasPattern() ? Optional.of(formatter(format, locale)) : Optional.empty());
  }

  private static DateTimeFormatter formatter(JsonFormat.Value format, Locale locale) {
    DateTimeFormatterBuilder builder = new DateTimeFormatterBuilder();
    if (Boolean.TRUE.equals(format.getFeature(JsonFormat.Feature.ACCEPT_CASE_INSENSITIVE_VALUES))) {
      builder.parseCaseInsensitive();
    }
    return builder
        .appendPattern(format.getPattern())
        .toFormatter(format.hasLocale() ? format.getLocale() : locale);
  }

  @Override
  @SuppressWarnings("unchecked") // Jackson's deserializer of the same type
  public @Nullable T deserialize(JsonParser in, DeserializationContext context) throws IOException {
    try {
      if (in.hasToken(JsonToken.VALUE_STRING)) {
        requireOnCalendar(in.getText());
      } else if (in.hasToken(JsonToken.VALUE_NUMBER_FLOAT)) {
        requireNanoseconds(new BigDecimal(in.getText()));
      }
    } catch (DateTimeException e) {
      return (T)
          context.handleWeirdStringValue(
              handledType(), in.getText(), "%s", String.valueOf(e.getMessage()));
    }
    return (T) jackson.deserialize(in, context);
  }

  private void requireOnCalendar(String text) {
    if (pattern.isEmpty()) {
      return;
    }
    TemporalAccessor written = pattern.get().parseUnresolved(text, new ParsePosition(0));
    if (written == null) {
      return; // which Jackson refuses
    }
    Optional<Long> year =
        field(written, ChronoField.YEAR).or(() -> field(written, ChronoField.YEAR_OF_ERA));
    Optional<Long> month = field(written, ChronoField.MONTH_OF_YEAR);
    Optional<Long> day = field(written, ChronoField.DAY_OF_MONTH);
    if (year.isPresent() && month.isPresent() && day.isPresent()) {
      LocalDate.of(Math.toIntExact(year.get()), month.get().intValue(), day.get().intValue());
    }
    field(written, ChronoField.HOUR_OF_DAY).ifPresent(ChronoField.HOUR_OF_DAY::checkValidValue);
  }

  private static Optional<Long> field(TemporalAccessor written, ChronoField field) {
    return written.isSupported(field) ? Optional.of(written.getLong(field)) : Optional.empty();
  }

  private static void requireNanoseconds(BigDecimal seconds) {
    if (seconds.precision() - (long) seconds.scale() > MOST_DIGITS
        || seconds.stripTrailingZeros().scale() > NANOSECOND_DIGITS) {
      throw new DateTimeException("it is not a number of seconds and nanoseconds");
    }
  }
}
