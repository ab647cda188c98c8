package dev.cairn.values;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.cairn.cbor.CborReader;
import dev.cairn.state.ValueType;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** The codec of a type within itself, which is known once the outer codec is complete. */
final class RecursiveCodec extends ValueCodec {
  private static final int DEEPEST = 500;

  private final String name;
  private @Nullable ValueCodec outer;

  RecursiveCodec(String name) {
    this.name = name;
  }

  void complete(ValueCodec codec) {
    outer = codec;
  }

  private ValueCodec outer() {
    ValueCodec codec = outer;
    if (codec == null) {
      throw new IllegalStateException("the codec of " + name + " is not complete");
    }
    return codec;
  }

  @Override
  void write(Object value, JsonGenerator out) throws IOException {
    outer().write(value, out);
  }

  @Override
  Object read(CborReader in) {
    return outer().read(in);
  }

  @Override
  void check(Object value, int depth) {
    if (depth == DEEPEST) {
      throw new UnstorableException(
          "the value has more than "
              + DEEPEST
              + " values of "
              + name
              + " within each other; store them as a list");
    }
    outer().check(value, depth + 1);
  }

  /** A recursive type is immutable if its other components are. */
  @Override
  public boolean isImmutable() {
    return outer == null || outer.isImmutable();
  }

  @Override
  boolean hasExactEquals() {
    return outer == null || outer.hasExactEquals();
  }

  @Override
  public ValueType type() {
    return new ValueType.Enclosing(name);
  }
}
