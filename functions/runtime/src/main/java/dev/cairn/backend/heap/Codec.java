package dev.cairn.backend.heap;

/** Encodes the live value of a {@link Cell}. */
sealed interface Codec permits Single, Elements {
  /**
   * Encodes a live value.
   *
   * @throws RuntimeException if it cannot be stored
   */
  byte[] encode(Object value);
}
