package dev.cairn.simulation;

/** The requests and external events of a run. */
interface Actions {
  /** Acts until the run ends. */
  /** Accepts that records are missing, where a shard waits for that. */
  default void acceptGaps() {}

  void act();

  /** Ends faults and new requests, so that the pipeline can catch up. */
  void calm();

  /** Whether nothing more is requested. */
  boolean isDone();

  /** How many restores have begun. */
  long restores();
}
