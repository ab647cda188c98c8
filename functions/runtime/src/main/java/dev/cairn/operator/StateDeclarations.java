package dev.cairn.operator;

import dev.cairn.function.ListState;
import dev.cairn.function.ListStateDescriptor;
import dev.cairn.function.MapState;
import dev.cairn.function.MapStateDescriptor;
import dev.cairn.function.RuntimeContext;
import dev.cairn.function.StateDescriptor;
import dev.cairn.function.ValueState;
import dev.cairn.function.ValueStateDescriptor;
import java.util.HashSet;
import java.util.Set;

/**
 * Passes on a function's declarations while it is opened. Each state is declared once, and none
 * afterwards.
 */
final class StateDeclarations implements RuntimeContext {
  private final KeyedStateBackend backend;
  private final Set<String> names = new HashSet<>();
  private boolean open = true;

  StateDeclarations(KeyedStateBackend backend) {
    this.backend = backend;
  }

  @Override
  public <T> ValueState<T> getState(ValueStateDescriptor<T> descriptor) {
    requireNew(descriptor);
    return backend.valueState(descriptor);
  }

  @Override
  public <K, V> MapState<K, V> getMapState(MapStateDescriptor<K, V> descriptor) {
    requireNew(descriptor);
    return backend.mapState(descriptor);
  }

  @Override
  public <T> ListState<T> getListState(ListStateDescriptor<T> descriptor) {
    requireNew(descriptor);
    return backend.listState(descriptor);
  }

  /** Ends the declarations: the function is open. */
  void close() {
    open = false;
  }

  private void requireNew(StateDescriptor descriptor) {
    if (!open) {
      throw new IllegalStateException(
          "state \"" + descriptor.name() + "\" is declared after open(); declare it there");
    }
    if (!names.add(descriptor.name())) {
      throw new IllegalArgumentException(
          "state \"" + descriptor.name() + "\" is declared twice; give each state its own name");
    }
  }
}
