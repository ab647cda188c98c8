package dev.cairn.values;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.cairn.cbor.CborReader;
import dev.cairn.state.ValueType;
import java.io.IOException;
import java.util.Optional;

/** An Optional as its value or null. */
final class OptionalCodec extends ValueCodec {
  private final ValueCodec content;

  OptionalCodec(ValueCodec content) {
    this.content = content;
  }

  @Override
  void write(Object value, JsonGenerator out) throws IOException {
    Optional<?> optional = (Optional<?>) value;
    if (optional.isEmpty()) {
      out.writeNull();
    } else {
      content.write(optional.get(), out);
    }
  }

  @Override
  Object read(CborReader in) {
    return in.skipNull() ? Optional.empty() : Optional.of(content.read(in));
  }

  @Override
  void check(Object value, int depth) {
    ((Optional<?>) value).ifPresent(present -> content.check(present, depth));
  }

  @Override
  public boolean isImmutable() {
    return content.isImmutable();
  }

  @Override
  boolean hasExactEquals() {
    return content.hasExactEquals();
  }

  @Override
  public boolean hasOneForm() {
    return content.hasOneForm();
  }

  @Override
  public ValueType type() {
    return ValueType.named("Optional", content.type());
  }

  @Override
  Absence absence() {
    return Absence.EMPTY;
  }

  @Override
  Object absent() {
    return Optional.empty();
  }
}
