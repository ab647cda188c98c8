package dev.cairn.function;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.JsonDeserializer;
import com.fasterxml.jackson.databind.deser.std.DelegatingDeserializer;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** Reads an enum by its constants' names only: neither by their place nor with spaces around. */
final class ExactEnum extends DelegatingDeserializer {
  private static final long serialVersionUID = 1;

  ExactEnum(JsonDeserializer<?> delegate) {
    super(delegate);
  }

  @Override
  protected JsonDeserializer<?> newDelegatingInstance(JsonDeserializer<?> delegate) {
    return new ExactEnum(delegate);
  }

  @Override
  public @Nullable Object deserialize(JsonParser in, DeserializationContext context)
      throws IOException {
    if (in.hasToken(JsonToken.VALUE_STRING)) {
      String text = in.getText();
      if (text.isEmpty() || !text.equals(text.strip())) {
        return context.handleWeirdStringValue(
            handledType(), text, "it is not the name of a constant");
      }
    }
    return super.deserialize(in, context);
  }
}
