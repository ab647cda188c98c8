package dev.cairn.backend.heap;

import dev.cairn.state.StateSchema;

/**
 * A declared state: where each key keeps it, and how a live value of one of its cells is encoded.
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
