package dev.cairn.values;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.io.SerializedString;
import dev.cairn.cbor.Cbor;
import dev.cairn.cbor.CborReader;
import dev.cairn.state.ValueType;
import java.io.IOException;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.reflect.Constructor;
import java.lang.reflect.InaccessibleObjectException;
import java.lang.reflect.Method;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A record as a map of its components by name, sorted by name.
 *
 * <p>The components come back through the canonical constructor, which may change them. So a value
 * is checked by constructing it once more: only a value that its own constructor leaves as it is
 * comes back as it was.
 */
final class RecordCodec extends ValueCodec {
  private static final MethodType ACCESSOR = MethodType.methodType(Object.class, Object.class);
  private static final MethodType CONSTRUCTOR = MethodType.methodType(Object.class, Object[].class);

  private final Class<?> type;
  private final MethodHandle constructor;
  private final List<Component> sorted;
  private final @Nullable Object[] absent;
  private final Map<String, Component> byName = new HashMap<>();
  private boolean immutable;
  private boolean exactEquals;

  /**
   * One component.
   *
   * @param index its place among the constructor's parameters
   * @param stored its name as it is stored
   */
  private record Component(
      String name,
      int index,
      NullableCodec member,
      MethodHandle accessor,
      byte[] stored,
      SerializedString text) {

    @Nullable Object of(Object value) {
      try {
        return (Object) accessor.invokeExact(value);
      } catch (RuntimeException e) {
        throw new UnstorableException("the accessor " + name + "() failed: " + e, e);
      } catch (Error e) {
        throw e;
      } catch (Throwable e) {
        throw new UnstorableException("the accessor " + name + "() failed: " + e, e);
      }
    }
  }

  /**
   * Binds a record.
   *
   * @param codecs of the components, in the order of their declaration
   */
  RecordCodec(Class<?> type, List<ValueCodec> codecs) {
    this.type = type;
    RecordComponent[] declared = type.getRecordComponents();
    this.constructor = constructor(type, declared);
    this.absent = new Object[declared.length];
    List<Component> components = new ArrayList<>();
    for (int i = 0; i < declared.length; i++) {
      ValueCodec codec = codecs.get(i);
      absent[i] = codec.absent();
      Component component = component(declared[i], i, codec);
      components.add(component);
      byName.put(component.name(), component);
    }
    components.sort(Comparator.comparing(Component::name));
    this.sorted = List.copyOf(components);
  }

  /** Decides what depends on all components, once those of recursive types are known, too. */
  void complete() {
    immutable = sorted.stream().allMatch(component -> component.member().codec().isImmutable());
    exactEquals =
        sorted.stream().allMatch(component -> component.member().codec().hasExactEquals());
  }

  private static MethodHandle constructor(Class<?> type, RecordComponent[] declared) {
    Class<?>[] parameters =
        Arrays.stream(declared).map(RecordComponent::getType).toArray(Class<?>[]::new);
    try {
      Constructor<?> canonical = type.getDeclaredConstructor(parameters);
      canonical.setAccessible(true);
      return MethodHandles.lookup()
          .unreflectConstructor(canonical)
          .asFixedArity()
          .asType(MethodType.genericMethodType(parameters.length))
          .asSpreader(Object[].class, parameters.length)
          .asType(CONSTRUCTOR);
    } catch (ReflectiveOperationException | InaccessibleObjectException e) {
      throw inaccessible(type, e);
    }
  }

  private static Component component(RecordComponent declared, int index, ValueCodec codec) {
    try {
      Method accessor = declared.getAccessor();
      accessor.setAccessible(true);
      return new Component(
          declared.getName(),
          index,
          new NullableCodec(codec),
          MethodHandles.lookup().unreflect(accessor).asType(ACCESSOR),
          Cbor.ofText(declared.getName()),
          new SerializedString(declared.getName()));
    } catch (ReflectiveOperationException | InaccessibleObjectException e) {
      throw inaccessible(declared.getDeclaringRecord(), e);
    }
  }

  private static IllegalArgumentException inaccessible(Class<?> type, Exception e) {
    return new IllegalArgumentException(
        "record " + type.getName() + " is not accessible: open its package to dev.cairn", e);
  }

  @Override
  void write(Object value, JsonGenerator out) throws IOException {
    out.writeStartObject();
    for (Component component : sorted) {
      out.writeFieldName(component.text());
      try {
        component.member().write(component.of(value), out);
      } catch (RuntimeException e) {
        throw UnstorableException.within(component.name(), e);
      }
    }
    out.writeEndObject();
  }

  @Override
  Object read(CborReader in) {
    @Nullable Object[] parts = absent.clone();
    long entered = in.enterMap();
    int expected = 0;
    for (long read = 0; in.hasMore(entered, read); read++) {
      Component component = next(in, expected);
      if (component == null) {
        in.skip(); // a component that the record no longer has
        continue;
      }
      try {
        parts[component.index()] = component.member().read(in);
      } catch (RuntimeException e) {
        throw UnstorableException.within(component.name(), e);
      }
      expected++;
    }
    return construct(parts);
  }

  /** Reads a component's name, which is usually the one that follows in the order. */
  private @Nullable Component next(CborReader in, int expected) {
    if (expected < sorted.size() && in.skipBytes(sorted.get(expected).stored())) {
      return sorted.get(expected);
    }
    return byName.get(in.readText());
  }

  private Object construct(@Nullable Object[] parts) {
    try {
      return (Object) constructor.invokeExact(parts);
    } catch (Error e) {
      throw e;
    } catch (Throwable e) {
      throw new UnstorableException("the constructor of " + type.getName() + " refused: " + e, e);
    }
  }

  @Override
  void check(Object value, int depth) {
    @Nullable Object[] parts = new Object[absent.length];
    for (Component component : sorted) {
      Object part = component.of(value);
      parts[component.index()] = part;
      try {
        component.member().check(part, depth);
      } catch (RuntimeException e) {
        throw UnstorableException.within(component.name(), e);
      }
    }
    Object again = construct(parts);
    for (Component component : sorted) {
      Object before = parts[component.index()];
      Object after = component.of(again);
      if (!isSame(component.member(), before, after)) {
        throw new UnstorableException(
            "component \""
                + component.name()
                + "\" would come back as "
                + after
                + " where it is "
                + before
                + ": the constructor of "
                + type.getName()
                + " changes what it is given; make it leave its own results as they are");
      }
    }
    if (exactEquals && !again.equals(value)) {
      throw new UnstorableException(
          "a "
              + type.getName()
              + " with the same components is not equal to it: an accessor returns something else"
              + " than the component");
    }
  }

  private static boolean isSame(
      NullableCodec member, @Nullable Object one, @Nullable Object other) {
    if (one == other || Objects.deepEquals(one, other)) {
      return true;
    }
    return one != null
        && other != null
        && !member.codec().hasExactEquals()
        && Arrays.equals(member.codec().encode(one), member.codec().encode(other));
  }

  @Override
  public boolean isImmutable() {
    return immutable;
  }

  @Override
  boolean hasExactEquals() {
    return exactEquals;
  }

  @Override
  public boolean hasOneForm() {
    return sorted.stream().allMatch(component -> component.member().codec().hasOneForm());
  }

  @Override
  public ValueType type() {
    Map<String, ValueType> components = new TreeMap<>();
    sorted.forEach(
        component -> components.put(component.name(), component.member().codec().type()));
    return ValueType.composite(type.getName(), components);
  }
}
