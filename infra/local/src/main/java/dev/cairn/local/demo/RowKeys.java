package dev.cairn.local.demo;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.cairn.function.Deserializer;
import dev.cairn.function.KeyedFunction;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Which partition key each record is sent under: what the function says, or a field of the record.
 * Kinesis takes no empty key, so records without one, and those that the function cannot decode, go
 * under {@link #UNKNOWN}.
 */
public final class RowKeys {
  public static final String UNKNOWN = "UNKNOWN";

  private static final int LONGEST = 256;
  private static final JsonFactory JSON = new JsonFactory();

  private RowKeys() {}

  static List<Row> of(List<byte[]> records, UserFunction function, Optional<String> field) {
    Keying keying =
        field
            .<Keying>map(name -> data -> ofField(name, data))
            .orElseGet(() -> ofFunction(function));
    List<Row> rows = new ArrayList<>(records.size());
    for (byte[] data : records) {
      String key = keying.keyOf(data);
      if (key.codePointCount(0, key.length()) > LONGEST) {
        throw new InputException(
            "record "
                + (rows.size() + 1)
                + " has a partition key of "
                + key.length()
                + " characters, and Kinesis takes "
                + LONGEST
                + ": choose another field (--key), or shorten it in keyOf");
      }
      rows.add(new Row(key.isEmpty() ? UNKNOWN : key, data));
    }
    return rows;
  }

  @FunctionalInterface
  private interface Keying {
    /** Empty if there is none. */
    String keyOf(byte[] data);
  }

  private static Keying ofFunction(UserFunction type) {
    KeyedFunction<Object> function = type.create();
    Deserializer<Object> deserializer = function.deserializer();
    return data -> {
      Object event;
      try {
        event = deserializer.deserialize(data);
      } catch (Exception e) {
        // The task will meet it too, and set it aside among the dead letters.
        return "";
      }
      try {
        return Optional.ofNullable(function.keyOf(event)).orElse("");
      } catch (UnsupportedOperationException e) {
        throw new InputException(e.getMessage() + ", or name a field of the records with --key", e);
      } catch (RuntimeException e) {
        throw new InputException(
            type.className()
                + ".keyOf threw "
                + e
                + ": name a field of the records with --key instead",
            e);
      }
    };
  }

  private static String ofField(String field, byte[] data) {
    try (JsonParser in = JSON.createParser(data)) {
      if (in.nextToken() != JsonToken.START_OBJECT) {
        return "";
      }
      while (in.nextToken() == JsonToken.FIELD_NAME) {
        boolean wanted = in.currentName().equals(field);
        JsonToken value = in.nextToken();
        if (wanted) {
          return value.isScalarValue() && value != JsonToken.VALUE_NULL ? in.getText() : "";
        }
        in.skipChildren();
      }
      return "";
    } catch (IOException e) {
      return "";
    }
  }
}
