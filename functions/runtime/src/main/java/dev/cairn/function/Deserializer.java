package dev.cairn.function;

/** Turns a record's bytes into an event. */
@FunctionalInterface
public interface Deserializer<E> {

  /**
   * Decodes one record.
   *
   * @param data the record's bytes, not a copy
   * @throws Exception if the bytes are not such an event; the record is then handled by the
   *     pipeline's policy for bad records
   */
  E deserialize(byte[] data) throws Exception;
}
