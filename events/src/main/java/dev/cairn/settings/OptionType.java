package dev.cairn.settings;

import java.time.Duration;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * The type of an option: its valid values, and how they are written.
 *
 * @param reader parses a text, or throws an IllegalArgumentException with the mistake
 * @param mistake returns the mistake in a value as the end of a sentence: {@code must be positive,
 *     not PT0S}
 */
record OptionType<T>(
    Function<String, T> reader,
    Function<T, String> printer,
    Function<T, Optional<String>> mistake) {

  private static final Duration FEWEST_MINUTES = Duration.ofMinutes(5);

  static final OptionType<Duration> DURATION =
      of(
          FlinkDuration::parse,
          FlinkDuration::print,
          value -> wrong(!value.isNegative(), "must not be negative, as %s is", value));

  static final OptionType<Duration> POSITIVE_DURATION =
      of(FlinkDuration::parse, FlinkDuration::print, OptionType::notPositive);

  /** A duration of zero stands for no value. */
  static final OptionType<Optional<Duration>> DURATION_OR_OFF =
      of(
          text -> Optional.of(FlinkDuration.parse(text)).filter(value -> !value.isZero()),
          value -> FlinkDuration.print(value.orElse(Duration.ZERO)),
          value -> value.flatMap(OptionType::notPositive));

  /** An interval in whole minutes, for an EventBridge rule; zero stands for never. */
  static final OptionType<Optional<Duration>> MINUTES_OR_OFF =
      of(
          text -> Optional.of(FlinkDuration.parse(text)).filter(value -> !value.isZero()),
          value -> FlinkDuration.print(value.orElse(Duration.ZERO)),
          value ->
              value.flatMap(
                  every ->
                      wrong(
                          every.compareTo(FEWEST_MINUTES) >= 0
                              && every.equals(Duration.ofMinutes(every.toMinutes())),
                          "must be whole minutes from 5 on, as a rule calls for it, or 0 for never;"
                              + " not %s",
                          every)));

  /** An empty text stands for no value. */
  static final OptionType<Optional<String>> DIRECTORY =
      of(
          text ->
              Optional.of(text.strip().replaceAll("(?<=[^/])/+$", ""))
                  .filter(directory -> !directory.isEmpty()),
          value -> value.orElse(""),
          value ->
              value.flatMap(
                  directory ->
                      wrong(
                          directory.startsWith("s3://") && directory.length() > 5,
                          "must be a bucket or a folder in one, such as s3://bucket/prefix, not"
                              + " \"%s\"",
                          directory)));

  static OptionType<Integer> wholeNumber(int least) {
    return of(
        OptionType::wholeNumber,
        value -> Integer.toString(value),
        value -> wrong(value >= least, "must be at least " + least + ", not %s", value));
  }

  static OptionType<Integer> wholeNumber(int least, int most, String whyNoMore) {
    OptionType<Integer> bounded = wholeNumber(least);
    return of(
        bounded.reader,
        bounded.printer,
        value ->
            bounded
                .mistake
                .apply(value)
                .or(
                    () ->
                        wrong(
                            value <= most,
                            "must be at most " + most + ", not %s: " + whyNoMore,
                            value)));
  }

  static OptionType<Integer> size(int leastBytes, int mostBytes, String whyNoMore) {
    return of(
        FlinkSize::parse,
        FlinkSize::print,
        value ->
            wrong(value >= leastBytes, "must be at least " + leastBytes + " b, not %s b", value)
                .or(
                    () ->
                        wrong(
                            value <= mostBytes,
                            "must be at most %2$s, not %1$s: %3$s",
                            FlinkSize.print(value),
                            FlinkSize.print(mostBytes),
                            whyNoMore)));
  }

  static OptionType<Double> fraction(double least, double most, String range) {
    return of(
        OptionType::number,
        value -> Double.toString(value),
        value -> wrong(value >= least && value <= most, "must be " + range + ", not %s", value));
  }

  static OptionType<Boolean> flag() {
    return of(OptionType::flag, value -> Boolean.toString(value), value -> Optional.empty());
  }

  /**
   * @param names all accepted texts; a value's own name is its first one
   * @param refused texts that are refused with advice
   */
  static <E extends Enum<E>> OptionType<E> choice(
      Class<E> type,
      Function<E, String> printer,
      Map<String, E> names,
      Map<String, String> refused) {
    return of(text -> choose(type, printer, names, refused, text), printer, v -> Optional.empty());
  }

  static <T> OptionType<Optional<T>> optional(OptionType<T> form) {
    return of(
        text -> Optional.of(form.parse(text)),
        value -> value.map(form::print).orElse(""),
        value -> value.flatMap(form.mistake));
  }

  private static <T> OptionType<T> of(
      Function<String, T> reader,
      Function<T, String> printer,
      Function<T, Optional<String>> mistake) {
    return new OptionType<>(reader, printer, mistake);
  }

  /**
   * @throws IllegalArgumentException with the mistake, without the option's name
   */
  T parse(String text) {
    T value = reader.apply(text.strip());
    mistake
        .apply(value)
        .ifPresent(
            wrong -> {
              throw new IllegalArgumentException("it " + wrong);
            });
    return value;
  }

  String print(T value) {
    return printer.apply(value);
  }

  private static Optional<String> wrong(boolean right, String message, Object... values) {
    return right ? Optional.empty() : Optional.of(String.format(Locale.ROOT, message, values));
  }

  private static Optional<String> notPositive(Duration value) {
    return wrong(value.isPositive(), "must be positive, not %s", value);
  }

  private static Integer wholeNumber(String text) {
    try {
      return Integer.valueOf(text);
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException("\"" + text + "\" is not a whole number below 2^31", e);
    }
  }

  private static Double number(String text) {
    try {
      return Double.valueOf(text);
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException("\"" + text + "\" is not a number", e);
    }
  }

  private static Boolean flag(String text) {
    return switch (text.toLowerCase(Locale.ROOT)) {
      case "true" -> true;
      case "false" -> false;
      default -> throw new IllegalArgumentException("\"" + text + "\" is neither true nor false");
    };
  }

  private static <E extends Enum<E>> E choose(
      Class<E> type,
      Function<E, String> printer,
      Map<String, E> names,
      Map<String, String> refused,
      String text) {
    String name = text.toLowerCase(Locale.ROOT);
    E value = names.get(name);
    if (value != null) {
      return value;
    }
    String instead = refused.get(name);
    throw new IllegalArgumentException(
        instead != null
            ? instead
            : "\""
                + text
                + "\" is none of "
                + Arrays.stream(type.getEnumConstants())
                    .map(printer)
                    .collect(Collectors.joining(", ")));
  }
}
