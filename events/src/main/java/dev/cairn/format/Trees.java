package dev.cairn.format;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import com.fasterxml.jackson.dataformat.cbor.CBORFactory;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Writes {@link Fields} as bytes, and reads them. Equal fields in equal order give equal bytes. */
public final class Trees {
  private static final CBORFactory CBOR = new CBORFactory();
  private static final JsonFactory JSON = new JsonFactory();
  private static final int DEEPEST = 16;

  private Trees() {}

  public static byte[] toCbor(Fields fields) {
    return write(CBOR, fields, false);
  }

  /** Writes indented JSON in UTF-8 that ends in a line feed; byte fields become Base64. */
  public static byte[] toJson(Fields fields) {
    return write(JSON, fields, true);
  }

  public static Fields fromCbor(byte[] bytes) {
    return read(CBOR, bytes);
  }

  public static Fields fromJson(byte[] bytes) {
    return read(JSON, bytes);
  }

  private static byte[] write(JsonFactory factory, Fields fields, boolean forPeople) {
    ByteArrayOutputStream out = new ByteArrayOutputStream(256);
    try (JsonGenerator generator = factory.createGenerator(out)) {
      if (forPeople) {
        generator.setPrettyPrinter(
            new DefaultPrettyPrinter()
                .withObjectIndenter(
                    new com.fasterxml.jackson.core.util.DefaultIndenter("  ", "\n")));
      }
      write(generator, fields.values());
      if (forPeople) {
        generator.writeRaw('\n');
      }
    } catch (IOException e) {
      throw new FormatException("fields cannot be written", e);
    }
    return out.toByteArray();
  }

  private static void write(JsonGenerator out, Object value) throws IOException {
    switch (value) {
      case Map<?, ?> map -> {
        out.writeStartObject();
        for (Map.Entry<?, ?> entry : map.entrySet()) {
          out.writeFieldName((String) entry.getKey());
          write(out, entry.getValue());
        }
        out.writeEndObject();
      }
      case List<?> list -> {
        out.writeStartArray();
        for (Object item : list) {
          write(out, item);
        }
        out.writeEndArray();
      }
      case String text -> out.writeString(text);
      case Long number -> out.writeNumber(number);
      case byte[] bytes -> out.writeBinary(bytes);
      default -> throw new FormatException("a field cannot be a " + value.getClass().getName());
    }
  }

  private static Fields read(JsonFactory factory, byte[] bytes) {
    try (JsonParser parser = factory.createParser(bytes)) {
      if (parser.nextToken() != JsonToken.START_OBJECT) {
        throw new FormatException("stored bytes do not start with an object");
      }
      Fields fields = Fields.of(readObject(parser, 1));
      if (parser.nextToken() != null) {
        throw new FormatException("stored bytes continue after their object");
      }
      return fields;
    } catch (JsonProcessingException e) {
      throw new FormatException(
          "stored bytes cannot be read: "
              + e.getOriginalMessage()
              + (e.getLocation() == null
                  ? ""
                  : " (at byte " + e.getLocation().getByteOffset() + ")"),
          e);
    } catch (IOException e) {
      throw new FormatException("stored bytes cannot be read: " + e.getMessage(), e);
    }
  }

  private static Map<String, Object> readObject(JsonParser parser, int depth) throws IOException {
    Map<String, Object> object = new LinkedHashMap<>();
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      String name = parser.currentName();
      parser.nextToken();
      if (object.put(name, readValue(parser, depth)) != null) {
        throw new FormatException("field \"" + name + "\" is there twice");
      }
    }
    return object;
  }

  private static Object readValue(JsonParser parser, int depth) throws IOException {
    if (depth > DEEPEST) {
      throw new FormatException("stored bytes nest deeper than " + DEEPEST);
    }
    JsonToken token = parser.currentToken();
    if (token == null) {
      throw new FormatException("stored bytes end too early");
    }
    return switch (token) {
      case START_OBJECT -> readObject(parser, depth + 1);
      case START_ARRAY -> {
        List<Object> items = new ArrayList<>();
        while (parser.nextToken() != JsonToken.END_ARRAY) {
          items.add(readValue(parser, depth + 1));
        }
        yield items;
      }
      case VALUE_STRING -> parser.getText();
      case VALUE_NUMBER_INT -> parser.getLongValue();
      case VALUE_EMBEDDED_OBJECT -> parser.getBinaryValue();
      default -> throw new FormatException("stored bytes hold an unexpected " + token);
    };
  }
}
