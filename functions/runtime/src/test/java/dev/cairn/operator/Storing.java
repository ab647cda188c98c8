package dev.cairn.operator;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cairn.function.Context;
import dev.cairn.function.Deserializer;
import dev.cairn.function.Deserializers;
import dev.cairn.function.KeyedFunction;
import dev.cairn.function.ListState;
import dev.cairn.function.ListStateDescriptor;
import dev.cairn.function.MapState;
import dev.cairn.function.MapStateDescriptor;
import dev.cairn.function.RuntimeContext;
import dev.cairn.function.ValueState;
import dev.cairn.function.ValueStateDescriptor;
import java.util.List;

/** Stores a value in each kind of state. */
@SuppressWarnings("NullAway") // users' values are not checked for nulls
final class Storing<T> implements KeyedFunction<String> {
  private final T value;
  private ValueState<T> state;
  private MapState<String, T> map;
  private ListState<T> list;
  T read;
  List<T> listed = List.of();

  Storing(T value) {
    this.value = value;
  }

  @Override
  public Deserializer<String> deserializer() {
    return Deserializers.text();
  }

  @Override
  @SuppressWarnings("unchecked") // the class of a T
  public void open(RuntimeContext context) {
    Class<T> type =
        (Class<T>)
            (value instanceof Enum<?> constant ? constant.getDeclaringClass() : value.getClass());
    state = context.getState(ValueStateDescriptor.of("value", type));
    map = context.getMapState(MapStateDescriptor.of("map", String.class, type));
    list = context.getListState(ListStateDescriptor.of("list", type));
  }

  @Override
  public void process(String event, Context context) {
    if (event.equals("put")) {
      state.update(value);
      map.put("", value);
      list.add(value);
    } else {
      read = state.value().orElseThrow();
      assertThat(map.get("")).isPresent();
      listed = list.get();
    }
  }
}
