package dev.cairn.coordinator.collecting;

import dev.cairn.id.CheckpointId;
import dev.cairn.id.EntryId;
import dev.cairn.id.Epoch;
import dev.cairn.id.Revision;
import dev.cairn.id.SubtaskId;
import dev.cairn.storage.FilePath;
import java.time.Instant;
import java.util.List;
import java.util.stream.Collectors;

/**
 * What becomes of a file, and why: the proof that collection acts on, and that prints itself. It
 * deletes what is {@link Abandoned}, and nothing else.
 */
public sealed interface FileVerdict {

  /** Somebody needs it: it stays. */
  record Referred(List<Reference> by) implements FileVerdict {
    public Referred {
      by = List.copyOf(by);
    }

    @Override
    public String toString() {
      return by.stream().map(Reference::toString).collect(Collectors.joining("; "));
    }
  }

  /** Nobody needs it, and nobody ever will: it goes. */
  record Abandoned(Ending ending) implements FileVerdict {
    @Override
    public String toString() {
      return "nothing refers to it, and nothing can any more: "
          + ending
          + "; it goes with the next collection, after the next completed checkpoint";
    }
  }

  /** As abandoned, but younger than the longest invocation. */
  record TooYoung(Ending ending, Instant until) implements FileVerdict {
    @Override
    public String toString() {
      return "nothing refers to it, and nothing can any more: "
          + ending
          + "; but an invocation that is still running may have written it, so it goes with the first"
          + " collection after "
          + until;
    }
  }

  /** Nobody refers to it, but the entry that it was prepared for may still be appended. */
  record MayBeCommitted(SubtaskId subtask, EntryId entry, Revision base, Revision head)
      implements FileVerdict {
    @Override
    public String toString() {
      return "nothing refers to it yet: it was prepared for entry "
          + entry
          + " from revision "
          + base
          + " of "
          + subtask.name()
          + ", whose journal is at "
          + head
          + " and has not gone on from there, so a writer that sleeps may still commit it; it stays until"
          + " that journal moves on";
    }
  }

  /** Nobody refers to it, and no journal tells whether anyone may. */
  record WithoutJournal(SubtaskId subtask) implements FileVerdict {
    @Override
    public String toString() {
      return "nothing refers to it, but "
          + subtask.name()
          + " has no journal in the table that would tell whether anything may: it stays. If the table is"
          + " a new one for an old bucket, it is a leftover that you can delete";
    }
  }

  /** The metadata of a checkpoint that may still become complete. */
  record NotOver(CheckpointId checkpoint) implements FileVerdict {
    @Override
    public String toString() {
      return "it is the _metadata of checkpoint "
          + checkpoint
          + ", which is not over: it stays until that is";
    }
  }

  /**
   * A file that says what else is needed cannot be read, so nothing is certain to be needed by
   * nobody.
   */
  record Unclear(FilePath unreadable) implements FileVerdict {
    @Override
    public String toString() {
      return "nothing that can be read refers to it; but "
          + unreadable
          + ", which says what its checkpoint needs, is missing or altered, so nothing is collected until it is"
          + " put back or its checkpoint is subsumed";
    }
  }

  /** A record that could not be processed: the user's, who alone deletes it. */
  record DeadLetter() implements FileVerdict {
    @Override
    public String toString() {
      return "it is a dead letter, which is deleted when cairn.dead-letters.retention is over";
    }
  }

  /** Cairn does not name files so. */
  record Foreign() implements FileVerdict {
    @Override
    public String toString() {
      return "its name is none that Cairn gives: somebody else put it here, and collection leaves it alone";
    }
  }

  /** Why nobody can need a file any more. */
  sealed interface Ending {

    /** A restore claimed it, and the job needs it no longer. */
    record Claimed(FilePath directory, Epoch epoch) implements Ending {
      @Override
      public String toString() {
        return "the restore that began epoch "
            + epoch
            + " claimed "
            + directory
            + ", and the job has files of its own instead of this one";
      }
    }

    /** The journal went on from where the file was prepared, with something else. */
    record Overtaken(EntryId entry, Revision base, Revision by, String kind) implements Ending {
      @Override
      public String toString() {
        return "it was prepared for entry "
            + entry
            + " from revision "
            + base
            + ", and the journal has gone on from there without it ("
            + kind
            + " at revision "
            + by
            + "), so that entry can never be appended, however late its writer wakes, or it was and a later base"
            + " stands for it";
      }
    }

    /** The checkpoint whose metadata it is, is over. */
    record Over(CheckpointId checkpoint, String how) implements Ending {
      @Override
      public String toString() {
        return "it is the _metadata of checkpoint " + checkpoint + ", which " + how;
      }
    }
  }
}
