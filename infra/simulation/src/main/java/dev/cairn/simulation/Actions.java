package dev.cairn.simulation;

/** What is requested of the job in a run, and happens to it from outside. */
interface Actions {
  /** Acts until the run ends. */
  void act();

  /** Ends faults and new requests: whatever is left has to come right now. */
  void calm();

  /** Whether nothing more is requested. */
  boolean isDone();

  /** How many restores have begun. */
  long restores();
}
