package dev.cairn.backend.heap;

import dev.cairn.function.KeyedFunction;
import dev.cairn.operator.Operator;
import dev.cairn.operator.Serialization;
import dev.cairn.state.HashRange;

/** Opens functions on the heap backend, for tests. */
public final class OnHeap {
  private OnHeap() {}

  /** Opens a function as a task does that has met no value which cannot be stored. */
  public static <E> Operator<E> open(KeyedFunction<E> function, HashRange range) {
    return open(function, range, Serialization.AT_DRAIN);
  }

  public static <E> Operator<E> open(
      KeyedFunction<E> function, HashRange range, Serialization serialization) {
    return Operator.open(function, HeapStateBackend::new, range, serialization);
  }
}
