package dev.cairn.coordinator.collecting;

import dev.cairn.id.CheckpointId;
import dev.cairn.id.Revision;
import dev.cairn.id.SubtaskId;

/**
 * Who needs a file, and as what. Prints as a clause, such as {@code checkpoint 7 needs it as …}.
 */
public sealed interface Reference {

  /** What a file is to whoever refers to it. */
  enum Part {
    STATE_FILE("state file"),
    RUN("run");

    private final String words;

    Part(String words) {
      this.words = words;
    }

    @Override
    public String toString() {
      return words;
    }
  }

  /** A journal's state begins with it: its last base names it. */
  record OfBase(SubtaskId subtask, Revision revision, String kind, Part part) implements Reference {
    @Override
    public String toString() {
      return "the journal of "
          + subtask.name()
          + " needs it: a "
          + part
          + " of its last base, the "
          + kind
          + " at revision "
          + revision;
    }
  }

  /** A journal's state goes on with it: a delta after the last base. */
  record OfDelta(SubtaskId subtask, Revision revision) implements Reference {
    @Override
    public String toString() {
      return "the journal of "
          + subtask.name()
          + " needs it: the delta of the Advanced at revision "
          + revision
          + ", after its last base";
    }
  }

  /** It is a checkpoint's {@code _metadata}. */
  record OfMetadata(CheckpointId checkpoint, boolean isPending) implements Reference {
    @Override
    public String toString() {
      return named(checkpoint, isPending) + " needs it: its _metadata";
    }
  }

  /** It is part of a subtask's state in a checkpoint. */
  record OfSnapshot(CheckpointId checkpoint, boolean isPending, SubtaskId subtask, Part part)
      implements Reference {
    @Override
    public String toString() {
      return named(checkpoint, isPending)
          + " needs it: a "
          + part
          + " of the state of "
          + subtask.name();
    }
  }

  /**
   * Something outside of the job's own journals and checkpoints needs it.
   *
   * @param holder what that is, such as {@code the fork orders-trial}
   */
  record Elsewhere(String holder) implements Reference {
    @Override
    public String toString() {
      return holder + " needs it";
    }
  }

  private static String named(CheckpointId checkpoint, boolean isPending) {
    return (isPending ? "the pending checkpoint " : "checkpoint ") + checkpoint;
  }
}
