package dev.cairn.function;

import com.fasterxml.jackson.core.JsonParseException;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.util.JsonParserDelegate;
import java.io.IOException;

/**
 * Refuses a number that would become infinite or zero, wherever Jackson reads it: in untyped
 * values, too.
 */
final class FiniteParser extends JsonParserDelegate {
  FiniteParser(JsonParser in) {
    super(in);
  }

  @Override
  public double getDoubleValue() throws IOException {
    double value = super.getDoubleValue();
    requireFinite(value);
    return value;
  }

  @Override
  public float getFloatValue() throws IOException {
    float value = super.getFloatValue();
    requireFinite(value);
    return value;
  }

  @Override
  public Number getNumberValue() throws IOException {
    return requireFinite(super.getNumberValue());
  }

  @Override
  public Number getNumberValueExact() throws IOException {
    return requireFinite(super.getNumberValueExact());
  }

  private Number requireFinite(Number value) throws IOException {
    if (value instanceof Double || value instanceof Float) {
      requireFinite(value.doubleValue());
    }
    return value;
  }

  private void requireFinite(double value) throws IOException {
    if (Double.isInfinite(value)) {
      throw new JsonParseException(
          this, getText() + " does not fit a floating-point number exactly: it is too large");
    }
    if (value == 0 && !isZero(getText())) {
      throw new JsonParseException(
          this, getText() + " does not fit a floating-point number exactly: it is too small");
    }
  }

  /** Whether all digits before the exponent are zero. */
  private static boolean isZero(String number) {
    for (int i = 0; i < number.length(); i++) {
      char c = number.charAt(i);
      if (c == 'e' || c == 'E') {
        return true;
      }
      if (c >= '1' && c <= '9') {
        return false;
      }
    }
    return true;
  }
}
