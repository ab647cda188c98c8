package dev.cairn.backend.heap;

import dev.cairn.operator.KeyedStateBackend;
import dev.cairn.operator.KeyedStateBackendContract;

/** The heap backend keeps the contract of all backends. */
class HeapStateBackendTest extends KeyedStateBackendContract {
  @Override
  protected KeyedStateBackend.Factory backend() {
    return HeapStateBackend::new;
  }
}
