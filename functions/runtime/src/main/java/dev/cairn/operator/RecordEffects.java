package dev.cairn.operator;

/**
 * One kind of effect that a record has when its function is called: changes of state, and in time
 * also timers and outputs. Each kind gathers what the current record does. When the function
 * returns, all kinds are committed; when it throws, all are rolled back. Neither leaves a trace of
 * a record that failed.
 */
public interface RecordEffects {
  /**
   * Checks, before anything is committed, whether the record's effects can be kept. Also called
   * after the function has thrown, to find out whether the record is to blame.
   *
   * @throws UnreadableStateException if a stored value could not be decoded during this record,
   *     even if the function has caught that
   */
  void verify();

  /** Keeps what the record did. Does not fail after {@link #verify} has passed. */
  void commit();

  /** Undoes what the record did. Does not fail. */
  void rollBack();
}
