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
import java.util.Optional;
import java.util.TimeZone;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Reads text, a character, a boolean or a time zone, and takes nothing else for it; but a number
 * becomes text as it was written, which loses nothing.
 */
final class ExactText<T> extends StdScalarDeserializer<T> implements ContextualDeserializer {
  private static final long serialVersionUID = 1;

  private final Class<T> type;
  private final transient Function<String, Optional<T>> parse;
  private final boolean required;
  private final String name;

  private ExactText(
      Class<T> type, Function<String, Optional<T>> parse, boolean required, String name) {
    super(type);
    this.type = type;
    this.parse = parse;
    this.required = required;
    this.name = name;
  }

  static void addTo(SimpleModule module) {
    module.addDeserializer(String.class, new ExactText<>(String.class, Optional::of, false, ""));
    add(module, char.class, Character.class, ExactText::toCharacter);
    add(module, boolean.class, Boolean.class, ExactText::toBoolean);
    module.addDeserializer(
        TimeZone.class, new ExactText<>(TimeZone.class, ExactText::toTimeZone, false, ""));
  }

  private static <T> void add(
      SimpleModule module,
      Class<T> primitive,
      Class<T> wrapper,
      Function<String, Optional<T>> parse) {
    module.addDeserializer(primitive, new ExactText<>(primitive, parse, true, ""));
    module.addDeserializer(wrapper, new ExactText<>(wrapper, parse, false, ""));
  }

  private static Optional<Character> toCharacter(String text) {
    return text.length() == 1 ? Optional.of(text.charAt(0)) : Optional.empty();
  }

  /** Java takes a zone that it does not know for Greenwich. */
  private static Optional<TimeZone> toTimeZone(String text) {
    TimeZone zone = TimeZone.getTimeZone(text);
    return zone.getID().equals(text) ? Optional.of(zone) : Optional.empty();
  }

  private static Optional<Boolean> toBoolean(String text) {
    return switch (text) {
      case "true" -> Optional.of(true);
      case "false" -> Optional.of(false);
      default -> Optional.empty();
    };
  }

  @Override
  public JsonDeserializer<?> createContextual(
      DeserializationContext context, @Nullable BeanProperty property) {
    return property == null || !required
        ? this
        : new ExactText<>(type, parse, true, property.getName());
  }

  @Override
  @SuppressWarnings("unchecked") // what handles a problem returns a value of the type
  public T deserialize(JsonParser in, DeserializationContext context) throws IOException {
    boolean isText = in.hasToken(JsonToken.VALUE_STRING);
    boolean isBoolean = in.currentToken() != null && in.currentToken().isBoolean();
    boolean isNumber = in.currentToken() != null && in.currentToken().isNumeric();
    boolean fits =
        isText
            || (isBoolean && (type == boolean.class || type == Boolean.class))
            || (isNumber && type == String.class);
    if (!fits) {
      return (T) context.handleUnexpectedToken(type, in);
    }
    String text = in.getText();
    Optional<T> value = parse.apply(text);
    return value.isPresent()
        ? value.get()
        : (T) context.handleWeirdStringValue(type, text, "it is not exactly such a value");
  }

  @Override
  public AccessPattern getNullAccessPattern() {
    return AccessPattern.DYNAMIC;
  }

  @Override
  public @Nullable T getNullValue(DeserializationContext context) throws JsonMappingException {
    return required ? missing(context, "null") : null;
  }

  @Override
  public @Nullable Object getAbsentValue(DeserializationContext context)
      throws JsonMappingException {
    return required ? missing(context, "absent") : null;
  }

  private T missing(DeserializationContext context, String how) throws JsonMappingException {
    return context.reportInputMismatch(
        type,
        "field \"%s\" is %s, and a %s is always there; declare an Optional if it may be missing",
        name,
        how,
        type.getSimpleName());
  }
}
