package dev.cairn.values;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.cairn.cbor.CborReader;
import dev.cairn.state.ValueType;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** A list or set as an array of its elements. It comes back as a collection that can be changed. */
final class CollectionCodec extends ValueCodec {

  /** In which order the elements are stored. */
  enum Order {
    /** Keeps the order of the collection. */
    KEPT,
    /** Sorts by bytes, because the collection has no order and equal ones must give equal bytes. */
    BY_BYTES,
    /** Keeps the order of the collection, which must be the natural order. */
    NATURAL
  }

  private final String name;
  private final Order order;
  private final Supplier<Collection<Object>> create;
  private final NullableCodec element;

  CollectionCodec(
      String name, Order order, Supplier<Collection<Object>> create, ValueCodec element) {
    this.name = name;
    this.order = order;
    this.create = create;
    this.element = new NullableCodec(element);
  }

  @Override
  void write(Object value, JsonGenerator out) throws IOException {
    Collection<?> elements = (Collection<?>) value;
    out.writeStartArray(value, elements.size());
    for (Object one : order == Order.BY_BYTES ? sorted(elements) : elements) {
      element.write(one, out);
    }
    out.writeEndArray();
  }

  private List<@Nullable Object> sorted(Collection<?> elements) {
    List<Map.Entry<byte[], @Nullable Object[]>> byBytes = new ArrayList<>(elements.size());
    for (Object one : elements) {
      byBytes.add(
          Map.entry(one == null ? new byte[0] : element.codec().encode(one), new Object[] {one}));
    }
    byBytes.sort(Map.Entry.comparingByKey(Comparator.nullsFirst(Arrays::compareUnsigned)));
    List<@Nullable Object> sorted = new ArrayList<>(byBytes.size());
    byBytes.forEach(entry -> sorted.add(entry.getValue()[0]));
    return sorted;
  }

  @Override
  Object read(CborReader in) {
    Collection<@Nullable Object> elements = create.get();
    long entered = in.enterArray();
    for (int i = 0; in.hasMore(entered, i); i++) {
      try {
        elements.add(element.read(in));
      } catch (RuntimeException e) {
        throw UnstorableException.within("[" + i + "]", e);
      }
    }
    return elements;
  }

  @Override
  void check(Object value, int depth) {
    if (order == Order.NATURAL) {
      SortOrderCheck.requireNatural(value);
    }
    int i = 0;
    for (Object one : (Collection<?>) value) {
      try {
        element.check(one, depth);
      } catch (RuntimeException e) {
        throw UnstorableException.within("[" + i + "]", e);
      }
      i++;
    }
  }

  @Override
  public boolean isImmutable() {
    return false;
  }

  @Override
  boolean hasExactEquals() {
    return element.codec().hasExactEquals();
  }

  @Override
  public boolean hasOneForm() {
    boolean isOrderedSet = name.equals("Set") && order == Order.KEPT;
    return !isOrderedSet && element.codec().hasOneForm();
  }

  @Override
  public ValueType type() {
    return ValueType.named(name, element.codec().type());
  }
}
