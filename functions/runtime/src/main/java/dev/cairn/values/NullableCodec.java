package dev.cairn.values;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.cairn.cbor.CborReader;
import dev.cairn.values.ValueCodec.Absence;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** A component, element or map value: a value of a type, or its absence. */
record NullableCodec(ValueCodec codec) {

  void write(@Nullable Object value, JsonGenerator out) throws IOException {
    if (value == null) {
      out.writeNull();
    } else {
      codec.write(value, out);
    }
  }

  @Nullable Object read(CborReader in) {
    if (codec.absence() == Absence.NULL && in.skipNull()) {
      return null;
    }
    return codec.read(in);
  }

  void check(@Nullable Object value, int depth) {
    if (value != null) {
      codec.check(value, depth);
    } else if (codec.absence() == Absence.EMPTY) {
      throw new UnstorableException(
          "null comes back as an empty Optional; set it to an empty Optional");
    }
  }
}
