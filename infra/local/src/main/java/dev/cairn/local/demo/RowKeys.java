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

  private final Keying keying;

  private RowKeys(Keying keying) {
    this.keying = keying;
  }

  /** By a field of the records, which are JSON objects. */
  public static RowKeys ofField(String field) {
    return new RowKeys(data -> valueOf(field, data));
  }

  /** By what the function says. */
  public static RowKeys ofFunction(UserFunction function) {
    return new RowKeys(keying(function));
  }

  /**
   * A record under its key.
   *
   * @param number the record's place in the input, from 1
   * @throws InputException if Kinesis takes no such key, or the function has none to give
   */
  public Row row(long number, byte[] data) {
    String key = keying.keyOf(data);
    if (key.codePointCount(0, key.length()) > LONGEST) {
      throw new InputException(
          "record "
              + number
              + " has a partition key of "
              + key.length()
              + " characters, and Kinesis takes "
              + LONGEST
              + ": choose another field (--key), or shorten it in keyOf");
    }
    return new Row(key.isEmpty() ? UNKNOWN : key, data);
  }

  static List<Row> of(List<byte[]> records, UserFunction function, Optional<String> field) {
    RowKeys keys = field.map(RowKeys::ofField).orElseGet(() -> ofFunction(function));
    List<Row> rows = new ArrayList<>(records.size());
    for (byte[] data : records) {
      rows.add(keys.row(rows.size() + 1L, data));
    }
    return rows;
  }

  @FunctionalInterface
  private interface Keying {
    /** Empty if there is none. */
    String keyOf(byte[] data);
  }

  private static Keying keying(UserFunction type) {
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

  private static String valueOf(String field, byte[] data) {
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
