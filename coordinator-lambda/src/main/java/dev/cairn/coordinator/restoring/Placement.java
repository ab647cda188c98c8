package dev.cairn.coordinator.restoring;

/** The place of a subtask in a restored checkpoint, and so what becomes of it. */
sealed interface Placement {

  /** It gets the state that the checkpoint has of it. */
  record OfCheckpoint(SubtaskSnapshot snapshot) implements Placement {}

  /** It stays closed, without state: the checkpoint has the state of its descendants. */
  record Ancestor() implements Placement {}

  /** It is at its end: it was read, and had no record. */
  record ClosedEmpty() implements Placement {}

  /** It stays closed: nobody could read it any more. */
  record ClosedUnread() implements Placement {}

  /** It begins anew, with nothing: it came from no other shard. */
  record Root() implements Placement {}

  /** It opens again once its parents are closed. */
  record Unopened() implements Placement {}
}
