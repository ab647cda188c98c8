package dev.cairn.operator;

/**
 * A kind of effect of a record: changes of state, later also timers and outputs. Each kind collects
 * the effects of the current record. When the function returns, all kinds are committed; when it
 * throws, all are rolled back. A failed record leaves no trace.
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

  /** Keeps the record's effects. Does not fail after {@link #verify} has passed. */
  void commit();

  /** Undoes the record's effects. Does not fail. */
  void rollBack();
}
