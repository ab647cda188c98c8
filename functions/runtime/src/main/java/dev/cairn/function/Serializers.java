package dev.cairn.function;

import dev.cairn.cbor.Cbor;
import dev.cairn.cbor.CborReader;
import dev.cairn.state.ValueType;
import dev.cairn.values.Codecs;
import dev.cairn.values.ValueCodec;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;

/** The serializers that come with Cairn. */
public final class Serializers {
  public static final Serializer<String> STRING =
      Scalar.of("string", String.class, Cbor::ofText, Cbor::toText).checked(Cbor::requireText);
  public static final Serializer<Integer> INTEGER =
      Scalar.of(
          "integer",
          Integer.class,
          value -> Cbor.ofLong(value),
          bytes -> Math.toIntExact(Cbor.toLong(bytes)));
  public static final Serializer<Long> LONG =
      Scalar.of("long", Long.class, Cbor::ofLong, Cbor::toLong);
  public static final Serializer<Double> DOUBLE =
      Scalar.of("double", Double.class, Cbor::ofDouble, Serializers::readDouble);
  public static final Serializer<Boolean> BOOLEAN =
      Scalar.of("boolean", Boolean.class, Cbor::ofBoolean, Cbor::toBoolean);

  /** An instant as text in ISO 8601, to the nanosecond. */
  public static final Serializer<Instant> INSTANT =
      Scalar.of(
          "instant",
          Instant.class,
          instant -> Cbor.ofText(instant.toString()),
          bytes -> Instant.parse(Cbor.toText(bytes)));

  public static final Serializer<byte[]> BYTES =
      Scalar.of("bytes", byte[].class, Cbor::ofBytes, Cbor::toBytes).mutable();

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

  /** Whether it is one of the constants here. */
  static boolean isScalar(Serializer<?> serializer) {
    return SCALARS.containsValue(serializer);
  }

  /** A double, or the whole number or float that the state's values were before. */
  private static double readDouble(byte[] bytes) {
    CborReader in = new CborReader(bytes);
    double value = in.readDouble();
    in.requireEnd();
    return value;
  }

  /**
   * Returns the serializer of a type: one of the constants of this class, {@link #record} or {@link
   * #json}.
   *
   * @throws IllegalArgumentException if values of the type could not be read back; says why, and
   *     what to declare instead
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
   * A record as a CBOR map of its components by name. Components may be added (where they are
   * absent in what was stored before, they are zero, false, null or an empty {@code Optional}),
   * removed, reordered and widened; see {@link dev.cairn.state.Evolution}. The class's name is part
   * of the format.
   *
   * @throws IllegalArgumentException if this is no record, or has a component whose values could
   *     not be read back
   */
  public static <T> Serializer<T> record(Class<T> type) {
    if (!type.isRecord()) {
      throw new IllegalArgumentException(
          type.getName() + " is not a record; use Serializers.json for a class that Jackson binds");
    }
    return new Bound<>("record:" + type.getName(), type);
  }

  /**
   * Any other class: enums, sealed interfaces of records, arrays, and what Jackson can bind, as the
   * CBOR form of its JSON. A value of a class that only Jackson knows is read back each time that
   * it is written; a record is cheaper.
   *
   * @throws IllegalArgumentException if its values could not be read back
   */
  public static <T> Serializer<T> json(Class<T> type) {
    return new Bound<>("json:" + type.getName(), type);
  }

  /**
   * The serializer, so that it refuses what would not be read back. The serializers that come with
   * Cairn do that anyway; what any other writes is read back at once.
   */
  public static <T> ExactSerializer<T> exact(Serializer<T> serializer) {
    return serializer instanceof ExactSerializer<T> exact
        ? exact
        : new VerifiedSerializer<>(serializer);
  }

  /**
   * Requires that equal user keys of a map state have equal bytes.
   *
   * @throws IllegalArgumentException if they may not
   */
  static void requireKey(Serializer<?> keys) {
    if (keys instanceof Bound<?> bound && !bound.codec.hasOneForm()) {
      throw new IllegalArgumentException(
          bound.type.getName()
              + " holds a LinkedHashMap or a LinkedHashSet, and two that are equal may differ in"
              + " their order, so that a map's entry would not be found; declare a Map or a Set");
    }
  }

  private record Scalar<T>(
      String id,
      boolean immutable,
      Function<T, byte[]> encode,
      Function<byte[], T> decode,
      Consumer<T> check,
      Optional<ValueType> type)
      implements ExactSerializer<T> {

    static <T> Scalar<T> of(
        String id, Class<T> type, Function<T, byte[]> encode, Function<byte[], T> decode) {
      return new Scalar<>(
          id,
          true,
          encode,
          decode,
          value -> {},
          Optional.of(ValueType.named(type.getSimpleName())));
    }

    Scalar<T> checked(Consumer<T> refuse) {
      return new Scalar<>(id, immutable, encode, decode, refuse, type);
    }

    Scalar<T> mutable() {
      return new Scalar<>(id, false, encode, decode, check, type);
    }

    @Override
    public byte[] serialize(T value) {
      return encode.apply(value);
    }

    @Override
    public T deserialize(byte[] bytes) {
      return decode.apply(bytes);
    }

    @Override
    public void requireExact(T value) {
      check.accept(value);
    }

    @Override
    public String toString() {
      return id;
    }
  }

  private static final class Bound<T> implements ExactSerializer<T> {
    private final String id;
    private final Class<T> type;
    private final ValueCodec codec;

    Bound(String id, Class<T> type) {
      this.id = id;
      this.type = type;
      this.codec = Codecs.of(type);
    }

    @Override
    public String id() {
      return id;
    }

    @Override
    public boolean immutable() {
      return codec.isImmutable();
    }

    @Override
    public Optional<ValueType> type() {
      return Optional.of(codec.type());
    }

    @Override
    public byte[] serialize(T value) {
      try {
        return codec.encode(value);
      } catch (IllegalArgumentException e) {
        throw cannotBeStored(e);
      }
    }

    @Override
    public void requireExact(T value) {
      try {
        codec.check(value);
      } catch (IllegalArgumentException e) {
        throw cannotBeStored(e);
      }
    }

    @Override
    public byte[] serializeExactly(T value) {
      try {
        return codec.encodeChecked(value);
      } catch (IllegalArgumentException e) {
        throw cannotBeStored(e);
      }
    }

    private IllegalArgumentException cannotBeStored(IllegalArgumentException e) {
      return new IllegalArgumentException(
          "a " + type.getName() + " cannot be stored: " + e.getMessage(), e);
    }

    @Override
    @SuppressWarnings("unchecked") // the codec is that of the type, whose class may be primitive
    public T deserialize(byte[] bytes) {
      try {
        return (T) codec.decode(bytes);
      } catch (IllegalArgumentException e) {
        throw new IllegalArgumentException(
            bytes.length + " bytes are not a stored " + type.getName() + ": " + e.getMessage(), e);
      }
    }

    @Override
    public String toString() {
      return id;
    }
  }
}
