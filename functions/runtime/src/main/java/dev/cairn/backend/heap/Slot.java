package dev.cairn.backend.heap;

import dev.cairn.state.StateSchema;

/**
 * A declared state: its place in each key's slots, and the codec of its live values.
 *
 * @param index the state's place in {@link KeyedState#slots}
 */
record Slot(int index, StateSchema schema, Codec codec) {
  boolean isMap() {
    return schema.kind().equals("map");
  }

  byte[] encode(Object value) {
    return codec.encode(value);
  }
}
