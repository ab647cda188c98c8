package dev.cairn.function;

/**
 * A stateful function over a keyed stream. One instance belongs to one subtask: it is created by
 * its public constructor without parameters, opened once, and then processes the subtask's events
 * one at a time. Events of one key are processed in the order in which they arrived.
 *
 * <p>Data that the function keeps between events belongs in the states that it declares when it is
 * opened. A field that it changes while processing is lost with the container and is in no
 * checkpoint.
 *
 * @param <E> the event, decoded
 */
public interface KeyedFunction<E> {

  /** Turns a record's bytes into an event; called once, when the function is opened. */
  Deserializer<E> deserializer();

  /**
   * Declares the function's states. States cannot be declared later. They cannot be read here,
   * because there is no current key yet.
   */
  void open(RuntimeContext context) throws Exception;

  /**
   * Configures the function's job, for example its checkpoint interval. Called once in each
   * container, on a separate instance. The task stores the settings for the coordinator, which
   * never loads the function.
   */
  default void configure(CheckpointConfig config) {}

  /**
   * Applies one event to the state of its key. If this method throws, its state changes are undone,
   * and the pipeline's failure policy decides how to continue.
   */
  void process(E event, Context context) throws Exception;

  /**
   * Returns the partition key under which a producer sends this event. Only producers call it, such
   * as {@code cairn feed} and the demo; a record that is processed has its own partition key.
   *
   * @throws UnsupportedOperationException unless the function overrides it
   */
  default String keyOf(E event) {
    throw new UnsupportedOperationException(
        getClass().getName()
            + " does not say under which partition key an event is sent, which feeding a"
            + " stream from a file needs; override keyOf(event)");
  }
}
