package dev.cairn.function;

/**
 * Declares a function's states while it is opened. Each name is declared once. The returned state
 * always accesses the value of the key whose event is being processed.
 */
public interface RuntimeContext {
  <T> ValueState<T> getState(ValueStateDescriptor<T> descriptor);

  <K, V> MapState<K, V> getMapState(MapStateDescriptor<K, V> descriptor);

  <T> ListState<T> getListState(ListStateDescriptor<T> descriptor);
}
