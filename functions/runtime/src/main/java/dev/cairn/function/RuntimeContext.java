package dev.cairn.function;

/**
 * Where a function declares its states when it is opened. Each name is declared once; the state
 * that comes back always means the key of the event that is being processed.
 */
public interface RuntimeContext {
  <T> ValueState<T> getState(ValueStateDescriptor<T> descriptor);

  <K, V> MapState<K, V> getMapState(MapStateDescriptor<K, V> descriptor);

  <T> ListState<T> getListState(ListStateDescriptor<T> descriptor);
}
