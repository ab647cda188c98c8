package dev.cairn.function;

/**
 * A stateful function over a keyed stream. One instance belongs to one subtask: it is created by
 * its public constructor without parameters, opened once, and then sees the subtask's events one at
 * a time, those of one key in the order in which they arrived.
 *
 * <p>What the function remembers belongs in the states that it declares when it is opened. A field
 * that it changes while processing is lost with the container, and no checkpoint has it.
 *
 * @param <E> the event, decoded
 */
public interface KeyedFunction<E> {

  /** Turns a record's bytes into an event; called once, when the function is opened. */
  Deserializer<E> deserializer();

  /**
   * Declares the function's states. States cannot be declared later, nor read here: there is no key
   * yet.
   */
  void open(RuntimeContext context) throws Exception;

  /**
   * Says what the function wants of its job, such as how often a checkpoint is taken. Called on an
   * instance of its own, once in each container. What it sets counts from then on: the coordinator
   * is told of it, and never loads the function.
   */
  default void configure(CheckpointConfig config) {}

  /**
   * Applies one event to the state of its key. If this throws, everything that it did to state is
   * undone, and the pipeline's policy for bad records decides what happens next.
   */
  void process(E event, Context context) throws Exception;

  /**
   * The partition key under which a producer sends this event. Only producers ask for it, such as
   * the local demo's feed; a record that is processed brings its own.
   *
   * @throws UnsupportedOperationException unless the function overrides it
   */
  default String keyOf(E event) {
    throw new UnsupportedOperationException(
        getClass().getName()
            + " does not say under which partition key an event is sent, which feeding a stream from"
            + " a file needs; override keyOf(event)");
  }
}
