package dev.cairn.operator;

import dev.cairn.function.Context;
import dev.cairn.function.Deserializer;
import dev.cairn.function.KeyedFunction;
import dev.cairn.operator.RecordFailedException.Stage;
import dev.cairn.state.HashRange;
import dev.cairn.state.KeyHash;
import java.time.Instant;
import java.util.Objects;
import java.util.Optional;

/**
 * The opened user's function of one subtask, with its state. It applies one record at a time,
 * completely or not at all. Not thread-safe.
 */
public final class Operator<E> {
  private final KeyedFunction<E> function;
  private final Deserializer<E> deserializer;
  private final KeyedStateBackend state;
  // Timers and outputs will be further effects.
  private final RecordEffects[] effects;
  private final CurrentRecord currentRecord = new CurrentRecord();

  private Operator(
      KeyedFunction<E> function, Deserializer<E> deserializer, KeyedStateBackend state) {
    this.function = function;
    this.deserializer = deserializer;
    this.state = state;
    this.effects = new RecordEffects[] {state};
  }

  /**
   * Opens a function.
   *
   * @param function a new instance, which the operator owns from now on
   * @param backend creates the backend, without state
   * @param range the part of the hash space that the subtask's shard owns
   * @throws FunctionNotOpenedException if the function cannot be opened
   */
  public static <E> Operator<E> open(
      KeyedFunction<E> function,
      KeyedStateBackend.Factory backend,
      HashRange range,
      Serialization serialization) {
    KeyedStateBackend state = backend.create(function.getClass().getName(), range, serialization);
    StateDeclarations declarations = new StateDeclarations(state);
    Deserializer<E> deserializer;
    try {
      deserializer =
          Objects.requireNonNull(function.deserializer(), "deserializer() returned null");
      function.open(declarations);
    } catch (Throwable e) {
      UserCode.rethrowIfNotItsOwn(e);
      throw new FunctionNotOpenedException(
          "function " + function.getClass().getName() + " cannot be opened: " + e, e);
    }
    declarations.close();
    return new Operator<>(function, deserializer, state);
  }

  /** Returns the function's state. */
  public KeyedStateBackend state() {
    return state;
  }

  /**
   * Applies one record, completely or not at all.
   *
   * @throws RecordFailedException if the record cannot be decoded or the function threw
   * @throws KeyOutsideRangeException if the partition key does not belong to this state
   * @throws UnreadableStateException if a stored value cannot be decoded
   */
  public void process(String partitionKey, byte[] data, Instant arrival)
      throws RecordFailedException {
    process(partitionKey, Optional.empty(), data, arrival);
  }

  /**
   * Applies one record, completely or not at all.
   *
   * @param explicitHash the hash key under which the state is kept, unless the function names
   *     another one; without either it is the partition key's own hash
   * @throws RecordFailedException if the record cannot be decoded or the function threw
   * @throws KeyOutsideRangeException if the hash key does not belong to this state
   * @throws UnreadableStateException if a stored value cannot be decoded
   */
  public void process(
      String partitionKey, Optional<KeyHash> explicitHash, byte[] data, Instant arrival)
      throws RecordFailedException {
    begin(partitionKey, explicitHash);
    boolean isApplied = false;
    try {
      E event = decode(partitionKey, data);
      currentRecord.key = partitionKey;
      currentRecord.timestamp = arrival;
      call(event, partitionKey);
      commit();
      isApplied = true;
    } finally {
      if (!isApplied) {
        rollBack();
      }
    }
  }

  private void begin(String partitionKey, Optional<KeyHash> explicitHash)
      throws RecordFailedException {
    Optional<KeyHash> hash = explicitHash(partitionKey).or(() -> explicitHash);
    try {
      state.setCurrentKey(partitionKey, hash);
    } catch (UnstorableKeyException e) {
      throw new RecordFailedException(Stage.DESERIALIZATION, partitionKey, e);
    }
  }

  /**
   * Returns the hash key that the function names for a partition key.
   *
   * @throws RecordFailedException if the function threw, or the hash key is none
   */
  public Optional<KeyHash> explicitHash(String partitionKey) throws RecordFailedException {
    try {
      return function.explicitHashKeyOf(partitionKey).map(KeyHash::of);
    } catch (Throwable e) {
      UserCode.rethrowIfNotItsOwn(e);
      throw new RecordFailedException(Stage.PROCESSING, partitionKey, e);
    }
  }

  private E decode(String partitionKey, byte[] data) throws RecordFailedException {
    try {
      return Objects.requireNonNull(
          deserializer.deserialize(data), "the deserializer returned null");
    } catch (Throwable e) {
      UserCode.rethrowIfNotItsOwn(e);
      throw new RecordFailedException(Stage.DESERIALIZATION, partitionKey, e);
    }
  }

  private void call(E event, String partitionKey) throws RecordFailedException {
    try {
      function.process(event, currentRecord);
    } catch (Throwable e) {
      UserCode.rethrowIfNotItsOwn(e);
      // A stored value that cannot be decoded is not the record's fault, even if the function threw
      // another exception because of it.
      verify();
      throw new RecordFailedException(Stage.PROCESSING, partitionKey, e);
    }
  }

  private void verify() {
    for (RecordEffects one : effects) {
      one.verify();
    }
  }

  private void commit() {
    verify();
    for (RecordEffects one : effects) {
      one.commit();
    }
  }

  private void rollBack() {
    for (RecordEffects one : effects) {
      one.rollBack();
    }
  }

  /** One object serves all records, which saves an allocation per record. */
  private static final class CurrentRecord implements Context {
    private String key = "";
    private Instant timestamp = Instant.EPOCH;

    @Override
    public String key() {
      return key;
    }

    @Override
    public Instant timestamp() {
      return timestamp;
    }
  }
}
