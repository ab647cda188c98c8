package dev.cairn.function;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.BeanProperty;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.JsonDeserializer;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.deser.ContextualDeserializer;
import com.fasterxml.jackson.databind.deser.std.StdScalarDeserializer;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.databind.util.AccessPattern;
import java.io.IOException;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Year;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Reads a number that the component can hold exactly. It may be written as text, as CSV has nothing
 * else. A floating-point component takes the number that is nearest to a decimal fraction, but
 * neither a whole number that it cannot hold nor one that would become infinite or zero.
 */
final class ExactNumber<T> extends StdScalarDeserializer<T> implements ContextualDeserializer {
  private static final long serialVersionUID = 1;

  private static final Pattern JSON_NUMBER =
      Pattern.compile("-?(0|[1-9][0-9]*)(\\.[0-9]+)?([eE][+-]?[0-9]+)?");
  private static final int SHORT_DIGITS = 18;
  private static final int MOST_DIGITS = 10_000;

  /** Converts a number exactly. */
  private interface Exact<T> {
    /**
     * Converts the number that the parser stands at, whose text is given.
     *
     * @throws ArithmeticException if it cannot be held exactly
     */
    T of(String text);
  }

  private final Class<T> type;
  private final transient Exact<T> exact;
  private final @Nullable T missing;
  private final boolean required;
  private final String name;

  private ExactNumber(
      Class<T> type, Exact<T> exact, @Nullable T missing, boolean required, String name) {
    super(type);
    this.type = type;
    this.exact = exact;
    this.missing = missing;
    this.required = required;
    this.name = name;
  }

  static void addTo(SimpleModule module) {
    add(module, byte.class, Byte.class, text -> (byte) whole(text, Byte.MIN_VALUE, Byte.MAX_VALUE));
    add(
        module,
        short.class,
        Short.class,
        text -> (short) whole(text, Short.MIN_VALUE, Short.MAX_VALUE));
    add(module, int.class, Integer.class, ExactNumber::toInt);
    add(module, long.class, Long.class, ExactNumber::toLong);
    add(module, float.class, Float.class, ExactNumber::toFloat);
    add(module, double.class, Double.class, ExactNumber::toDouble);
    addNullable(module, BigInteger.class, ExactNumber::toBigInteger, null);
    addNullable(module, BigDecimal.class, BigDecimal::new, null);
    addNullable(
        module, OptionalInt.class, text -> OptionalInt.of(toInt(text)), OptionalInt.empty());
    addNullable(
        module, OptionalLong.class, text -> OptionalLong.of(toLong(text)), OptionalLong.empty());
    addNullable(
        module,
        OptionalDouble.class,
        text -> OptionalDouble.of(toDouble(text)),
        OptionalDouble.empty());
    addNullable(
        module,
        Year.class,
        text -> Year.of((int) whole(text, Year.MIN_VALUE, Year.MAX_VALUE)),
        null);
  }

  private static <T> void add(
      SimpleModule module, Class<T> primitive, Class<T> wrapper, Exact<T> exact) {
    module.addDeserializer(primitive, new ExactNumber<>(primitive, exact, null, true, ""));
    addNullable(module, wrapper, exact, null);
  }

  private static <T> void addNullable(
      SimpleModule module, Class<T> type, Exact<T> exact, @Nullable T missing) {
    module.addDeserializer(type, new ExactNumber<>(type, exact, missing, false, ""));
  }

  @Override
  public JsonDeserializer<?> createContextual(
      DeserializationContext context, @Nullable BeanProperty property) {
    return property == null
        ? this
        : new ExactNumber<>(type, exact, missing, required, property.getName());
  }

  @Override
  @SuppressWarnings("unchecked") // what handles a problem returns a value of the type
  public T deserialize(JsonParser in, DeserializationContext context) throws IOException {
    JsonToken token = in.currentToken();
    if (token != JsonToken.VALUE_NUMBER_INT
        && token != JsonToken.VALUE_NUMBER_FLOAT
        && token != JsonToken.VALUE_STRING) {
      return (T) context.handleUnexpectedToken(type, in);
    }
    String text = in.getText();
    if (token == JsonToken.VALUE_STRING && !isNumber(text)) {
      return (T) context.handleWeirdStringValue(type, text, "it is not a number");
    }
    try {
      return exact.of(text);
    } catch (ArithmeticException | NumberFormatException e) {
      return context.reportInputMismatch(
          type, "%s does not fit %s exactly: %s", text, type.getSimpleName(), e.getMessage());
    }
  }

  /** Most numbers are a few digits, for which the pattern would cost more than all else. */
  private static boolean isNumber(String text) {
    int first = text.startsWith("-") ? 1 : 0;
    int digits = text.length() - first;
    boolean isShort = digits > 0 && digits <= SHORT_DIGITS;
    for (int i = first; isShort && i < text.length(); i++) {
      isShort = text.charAt(i) >= '0' && text.charAt(i) <= '9';
    }
    return isShort ? digits == 1 || text.charAt(first) != '0' : JSON_NUMBER.matcher(text).matches();
  }

  @Override
  public AccessPattern getNullAccessPattern() {
    return AccessPattern.DYNAMIC;
  }

  @Override
  public @Nullable T getNullValue(DeserializationContext context) throws JsonMappingException {
    return required ? missing(context, "null") : missing;
  }

  @Override
  public @Nullable Object getAbsentValue(DeserializationContext context)
      throws JsonMappingException {
    return required ? missing(context, "absent") : missing;
  }

  private T missing(DeserializationContext context, String how) throws JsonMappingException {
    return context.reportInputMismatch(
        type,
        "field \"%s\" is %s, and a %s is always there; declare an Optional if it may be missing",
        name,
        how,
        type.getSimpleName());
  }

  /**
   * Requires a number as JSON writes it.
   *
   * @throws NumberFormatException if the text is none
   */
  static String requireNumber(String text) {
    if (!isNumber(text)) {
      throw new NumberFormatException("it is not a number");
    }
    return text;
  }

  private static int toInt(String text) {
    return (int) whole(text, Integer.MIN_VALUE, Integer.MAX_VALUE);
  }

  private static long toLong(String text) {
    return whole(text, Long.MIN_VALUE, Long.MAX_VALUE);
  }

  private static long whole(String text, long min, long max) {
    long value = isWhole(text) ? Long.parseLong(text) : new BigDecimal(text).longValueExact();
    if (value < min || value > max) {
      throw new ArithmeticException("it has to be from " + min + " to " + max);
    }
    return value;
  }

  private static boolean isWhole(String text) {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '.' || c == 'e' || c == 'E') {
        return false;
      }
    }
    return true;
  }

  private static BigInteger toBigInteger(String text) {
    BigDecimal number = new BigDecimal(text);
    if (Math.abs((long) number.scale()) > MOST_DIGITS) {
      throw new ArithmeticException("it has too many digits");
    }
    return number.toBigIntegerExact();
  }

  static float toFloat(String text) {
    float value = Float.parseFloat(text);
    requireNear(text, value);
    return value;
  }

  static double toDouble(String text) {
    double value = Double.parseDouble(text);
    requireNear(text, value);
    return value;
  }

  private static void requireNear(String text, double value) {
    if (Double.isInfinite(value)) {
      throw new ArithmeticException("it is too large");
    }
    if (value == 0 && new BigDecimal(text).signum() != 0) {
      throw new ArithmeticException("it is too small");
    }
    if (text.length() > 7 && isWrittenOut(text) && !isExact(text, value)) {
      throw new ArithmeticException("the nearest is " + new BigDecimal(value).toPlainString());
    }
  }

  /** Whether each digit of a whole number is written, which claims that all of them count. */
  private static boolean isWrittenOut(String text) {
    int point = text.indexOf('.');
    if (point < 0) {
      return isWhole(text);
    }
    for (int i = point + 1; i < text.length(); i++) {
      if (text.charAt(i) != '0') {
        return false;
      }
    }
    return true;
  }

  private static boolean isExact(String text, double value) {
    return new BigDecimal(value).compareTo(new BigDecimal(text)) == 0;
  }
}
