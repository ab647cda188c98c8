package dev.cairn.function;

import java.math.BigInteger;
import java.util.Optional;

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
   * Returns the explicit hash key with which producers send records of a partition key; empty if
   * they send none, which is the default.
   *
   * <p>A producer that sets an explicit hash key decides itself to which shard a record goes.
   * Kinesis does not deliver that hash key with the record, so a function has to name it. It is
   * then the hash key of every record of that partition key, aggregated or not: the record has to
   * come from the shard that owns the hash key, and its state is kept under it.
   *
   * <p>Splits, merges and redistributions move state by this hash key. It must therefore depend on
   * the partition key alone, and be the one that every producer sends. The state of keys that share
   * a hash key can never be divided between shards. A version of the function that returns another
   * hash key for a partition key begins with empty state for it; the earlier state stays where it
   * is. So does the state from before the function returned any.
   *
   * @return a number from 0 to 2<sup>128</sup> - 1
   */
  default Optional<BigInteger> explicitHashKeyOf(String partitionKey) {
    return Optional.empty();
  }

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
