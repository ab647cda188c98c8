package dev.cairn.coordinator.collecting;

import dev.cairn.id.CheckpointId;
import dev.cairn.id.Revision;
import dev.cairn.id.SubtaskId;

/**
 * A reference to a file: who needs it, and as which part. It prints as a clause, such as {@code
 * checkpoint 7 needs it as …}.
 */
public sealed interface Reference {

  /** The role of a file in a reference. */
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

  /** The journal's last base refers to the file. */
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

  /** An entry after the journal's last base refers to the file as its delta. */
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

  /** The file is a checkpoint's {@code _metadata}. */
  record OfMetadata(CheckpointId checkpoint, boolean isPending) implements Reference {
    @Override
    public String toString() {
      return named(checkpoint, isPending) + " needs it: its _metadata";
    }
  }

  /** The file is part of a subtask's state in a checkpoint. */
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
   * @param holder what needs it, such as {@code the fork orders-trial}
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
