package dev.cairn.cli.input;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.cairn.cli.output.Elision;
import dev.cairn.function.Deserializer;
import dev.cairn.function.KeyedFunction;
import dev.cairn.state.KeyHash;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Determines the partition key of each record: by the function, or by a field of the record.
 * Kinesis accepts no empty key, so records without a key, and those that the function cannot
 * decode, get the key {@link #UNKNOWN}.
 */
public final class RowKeys {
  public static final String UNKNOWN = "UNKNOWN";

  private static final int LONGEST = 256;
  private static final int SHOWN = 300;
  private static final JsonFactory JSON = new JsonFactory();

  private final Keying keying;
  private final Hashing hashing;

  private RowKeys(Keying keying, Hashing hashing) {
    this.keying = keying;
    this.hashing = hashing;
  }

  /**
   * By a field of the records, which are JSON objects: {@code tail}, or {@code card.token} for the
   * field {@code token} of the object {@code card}. A field that itself has dots in its name goes
   * first.
   */
  public static RowKeys ofField(String field) {
    return new RowKeys(data -> valueOf(field, data), key -> Optional.empty());
  }

  /** Returns the exception for a key field that no record has; it is usually misspelt. */
  public static InputException noneHas(String field, Optional<byte[]> first) {
    return new InputException(
        "no record has a field \""
            + field
            + "\" (--key): all records would get the key "
            + UNKNOWN
            + ". The first record is: "
            + first
                .map(bytes -> Elision.middle(new String(bytes, StandardCharsets.UTF_8), SHOWN))
                .orElse("(none)"));
  }

  /** Uses the function's {@code keyOf} and {@code explicitHashKeyOf}. */
  public static RowKeys ofFunction(UserFunction function) {
    return new RowKeys(keying(function), hashing(function));
  }

  /** By a field of the records, with the hash keys that the function names for these keys. */
  private static RowKeys ofField(String field, UserFunction function) {
    return new RowKeys(data -> valueOf(field, data), hashing(function));
  }

  /**
   * Returns a record with its key.
   *
   * @param number the record's place in the input, from 1
   * @throws InputException if Kinesis does not accept the key, or the function returns none
   */
  public InputRow row(long number, byte[] data) {
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
    String partitionKey = key.isEmpty() ? UNKNOWN : key;
    return new InputRow(partitionKey, hashing.hashKeyOf(partitionKey), data);
  }

  public static List<InputRow> of(
      List<byte[]> records, UserFunction function, Optional<String> field) {
    RowKeys keys = field.map(name -> ofField(name, function)).orElseGet(() -> ofFunction(function));
    List<InputRow> rows = new ArrayList<>(records.size());
    for (byte[] data : records) {
      rows.add(keys.row(rows.size() + 1L, data));
    }
    if (field.isPresent() && rows.stream().allMatch(row -> row.key().equals(UNKNOWN))) {
      throw noneHas(field.get(), records.stream().findFirst());
    }
    return rows;
  }

  @FunctionalInterface
  private interface Keying {
    /** Empty if there is none. */
    String keyOf(byte[] data);
  }

  @FunctionalInterface
  private interface Hashing {
    Optional<KeyHash> hashKeyOf(String key);
  }

  private static Hashing hashing(UserFunction type) {
    KeyedFunction<Object> function = type.create();
    return key -> {
      try {
        return function.explicitHashKeyOf(key).map(KeyHash::of);
      } catch (RuntimeException e) {
        throw new InputException(
            type.className()
                + ".explicitHashKeyOf has no hash key for partition key \""
                + key
                + "\", which the task will not have either: "
                + e,
            e);
      }
    };
  }

  private static Keying keying(UserFunction type) {
    KeyedFunction<Object> function = type.create();
    Deserializer<Object> deserializer = function.deserializer();
    return data -> {
      Object event;
      try {
        event = deserializer.deserialize(data);
      } catch (Exception e) {
        // The task will fail on it as well, and store it as a dead letter.
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
      return in.nextToken() == JsonToken.START_OBJECT ? valueOf(field, in) : "";
    } catch (IOException e) {
      return "";
    }
  }

  /** The value in the object that has just begun; reads the object to its end. */
  private static String valueOf(String field, JsonParser in) throws IOException {
    Optional<String> exact = Optional.empty();
    Optional<String> nested = Optional.empty();
    while (in.nextToken() == JsonToken.FIELD_NAME) {
      String name = in.currentName();
      JsonToken value = in.nextToken();
      if (name.equals(field) && exact.isEmpty()) {
        boolean isText = value.isScalarValue() && value != JsonToken.VALUE_NULL;
        exact = Optional.of(isText ? in.getText() : "");
      } else if (value == JsonToken.START_OBJECT && field.startsWith(name + ".")) {
        nested = Optional.of(valueOf(field.substring(name.length() + 1), in));
        continue;
      }
      in.skipChildren();
    }
    return exact.orElse(nested.orElse(""));
  }
}
