package dev.cairn.backend.heap;

/** How what a {@link Cell} holds as its live value becomes bytes. */
sealed interface Codec permits Single, Elements {
  /**
   * Encodes a live value.
   *
   * @throws RuntimeException if it cannot be stored
   */
  byte[] encode(Object value);
}
