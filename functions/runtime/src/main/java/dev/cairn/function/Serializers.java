package dev.cairn.function;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.ObjectWriter;
import dev.cairn.cbor.Cbor;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.Map;
import java.util.function.Function;

/** The serializers that come with Cairn. */
public final class Serializers {
  public static final Serializer<String> STRING =
      new Scalar<>("string", true, Cbor::ofText, Cbor::toText);
  public static final Serializer<Integer> INTEGER =
      new Scalar<Integer>(
          "integer", true, Cbor::ofLong, bytes -> Math.toIntExact(Cbor.toLong(bytes)));
  public static final Serializer<Long> LONG =
      new Scalar<>("long", true, Cbor::ofLong, Cbor::toLong);
  public static final Serializer<Double> DOUBLE =
      new Scalar<>("double", true, Cbor::ofDouble, Cbor::toDouble);
  public static final Serializer<Boolean> BOOLEAN =
      new Scalar<>("boolean", true, Cbor::ofBoolean, Cbor::toBoolean);

  /** An instant as text in ISO 8601, to the nanosecond. */
  public static final Serializer<Instant> INSTANT =
      new Scalar<>(
          "instant",
          true,
          instant -> Cbor.ofText(instant.toString()),
          bytes -> Instant.parse(Cbor.toText(bytes)));

  public static final Serializer<byte[]> BYTES =
      new Scalar<>("bytes", false, Cbor::ofBytes, Cbor::toBytes);

  private static final Map<Class<?>, Serializer<?>> SCALARS =
      Map.of(
          String.class, STRING,
          Integer.class, INTEGER,
          Long.class, LONG,
          Double.class, DOUBLE,
          Boolean.class, BOOLEAN,
          Instant.class, INSTANT,
          byte[].class, BYTES);

  private Serializers() {}

  /**
   * The serializer of a type: one of the constants here, or {@link #record} or {@link #json}.
   *
   * @throws IllegalArgumentException if Jackson cannot bind the type
   */
  @SuppressWarnings("unchecked") // each serializer is listed under its own type
  public static <T> Serializer<T> of(Class<T> type) {
    Serializer<?> scalar = SCALARS.get(type);
    if (scalar != null) {
      return (Serializer<T>) scalar;
    }
    return type.isRecord() ? record(type) : json(type);
  }

  /**
   * A record as a CBOR map of its components by name. Components may be added (they are then absent
   * in what was stored before: zero, null or an empty {@code Optional}) and removed; the class's
   * name is part of the format.
   *
   * @throws IllegalArgumentException if this is no record
   */
  public static <T> Serializer<T> record(Class<T> type) {
    if (!type.isRecord()) {
      throw new IllegalArgumentException(
          type.getName() + " is not a record; use Serializers.json for a class that Jackson binds");
    }
    return new Bound<>("record:" + type.getName(), type);
  }

  /** Any class that Jackson can bind, as the CBOR form of its JSON. */
  public static <T> Serializer<T> json(Class<T> type) {
    return new Bound<>("json:" + type.getName(), type);
  }

  private record Scalar<T>(
      String id, boolean immutable, Function<T, byte[]> encode, Function<byte[], T> decode)
      implements Serializer<T> {
    @Override
    public byte[] serialize(T value) {
      return encode.apply(value);
    }

    @Override
    public T deserialize(byte[] bytes) {
      return decode.apply(bytes);
    }
  }

  private static final class Bound<T> implements Serializer<T> {
    private final String id;
    private final Class<T> type;
    private final boolean immutable;
    private final ObjectWriter writer;
    private final ObjectReader reader;

    Bound(String id, Class<T> type) {
      this.id = id;
      this.type = type;
      this.immutable = Immutability.of(type);
      this.writer = Jackson.STATE.writerFor(type);
      this.reader = Jackson.STATE.readerFor(type);
    }

    @Override
    public String id() {
      return id;
    }

    @Override
    public boolean immutable() {
      return immutable;
    }

    @Override
    public byte[] serialize(T value) {
      try {
        return writer.writeValueAsBytes(value);
      } catch (JsonProcessingException e) {
        throw new IllegalArgumentException(
            "a " + type.getName() + " cannot be stored: " + e.getOriginalMessage(), e);
      }
    }

    @Override
    public T deserialize(byte[] bytes) {
      T value;
      try {
        value = reader.readValue(bytes);
      } catch (JsonProcessingException e) {
        throw new IllegalArgumentException(
            bytes.length
                + " bytes are not a stored "
                + type.getName()
                + ": "
                + e.getOriginalMessage(),
            e);
      } catch (IOException e) {
        throw new UncheckedIOException("an array cannot fail to be read", e);
      }
      if (value == null) {
        throw new IllegalArgumentException("a stored " + type.getName() + " is null");
      }
      return value;
    }

    @Override
    public String toString() {
      return id;
    }
  }
}
