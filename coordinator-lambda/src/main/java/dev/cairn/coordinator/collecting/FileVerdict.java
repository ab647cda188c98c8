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
 * The collector's conclusion about a file, with its reason, which can be printed. Collection
 * deletes only files that are {@link Abandoned}.
 */
public sealed interface FileVerdict {

  /** The file is referenced and is kept. */
  record Referred(List<Reference> by) implements FileVerdict {
    public Referred {
      by = List.copyOf(by);
    }

    @Override
    public String toString() {
      return by.stream().map(Reference::toString).collect(Collectors.joining("; "));
    }
  }

  /** The file is not referenced and never will be: it is deleted. */
  record Abandoned(Ending ending) implements FileVerdict {
    @Override
    public String toString() {
      return "it is not referenced, and can no longer be: "
          + ending
          + "; the next collection deletes it, after the next completed checkpoint";
    }
  }

  /** The file is abandoned, but younger than the longest invocation. */
  record TooYoung(Ending ending, Instant until) implements FileVerdict {
    @Override
    public String toString() {
      return "it is not referenced, and can no longer be: "
          + ending
          + "; but an invocation that is still running may have written it, so it is deleted"
          + " by the first collection after "
          + until;
    }
  }

  /** The file is not referenced, but the entry for which it was prepared may still be appended. */
  record MayBeCommitted(SubtaskId subtask, EntryId entry, Revision base, Revision head)
      implements FileVerdict {
    @Override
    public String toString() {
      return "it is not referenced yet: it was prepared for entry "
          + entry
          + " from revision "
          + base
          + " of "
          + subtask.name()
          + ", whose journal is at "
          + head
          + " and has not continued from there, so a suspended writer may still commit it; it"
          + " is kept until that journal continues";
    }
  }

  /** The file is not referenced, and no journal shows whether it may be. */
  record WithoutJournal(SubtaskId subtask) implements FileVerdict {
    @Override
    public String toString() {
      return "it is not referenced, but "
          + subtask.name()
          + " has no journal in the table, so it is unknown whether it can be: it is kept. If"
          + " the table is new and the bucket is old, you can delete the file";
    }
  }

  /** The metadata of a checkpoint that may still become complete. */
  record NotOver(CheckpointId checkpoint) implements FileVerdict {
    @Override
    public String toString() {
      return "it is the _metadata of checkpoint "
          + checkpoint
          + ", which has not ended: it is kept until then";
    }
  }

  /** A file with references cannot be read, so it is unknown whether this file is needed. */
  record Unclear(FilePath unreadable) implements FileVerdict {
    @Override
    public String toString() {
      return "no readable file refers to it; but "
          + unreadable
          + ", which names the files of its checkpoint, is missing or altered, so nothing is"
          + " collected until it is put back or its checkpoint is subsumed";
    }
  }

  /** A dead letter, which only the user or its retention deletes. */
  record DeadLetter() implements FileVerdict {
    @Override
    public String toString() {
      return "it is a dead letter, which is deleted when cairn.dead-letters.retention is over";
    }
  }

  /** The file's name is none that Cairn uses. */
  record Foreign() implements FileVerdict {
    @Override
    public String toString() {
      return "its name is none that Cairn uses, so it was put here by somebody else and is"
          + " never deleted";
    }
  }

  /** The reason why a file can no longer be needed. */
  sealed interface Ending {

    /** A restore claimed the file, and the job no longer needs it. */
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

    /**
     * The journal has continued with another entry from the revision at which the file was
     * prepared.
     */
    record Overtaken(EntryId entry, Revision base, Revision by, String kind) implements Ending {
      @Override
      public String toString() {
        return "it was prepared for entry "
            + entry
            + " from revision "
            + base
            + ", and the journal has continued from there without it ("
            + kind
            + " at revision "
            + by
            + "), so that entry can never be appended, or it was, and a later base has replaced it";
      }
    }

    /** The shard is closed, and the checkpoint is over that needed its state once more. */
    record CheckpointOver(EntryId attempt, Revision closed) implements Ending {
      @Override
      public String toString() {
        return "it was prepared in attempt "
            + attempt
            + " for a checkpoint of a shard that was closed by revision "
            + closed
            + ", and every checkpoint that was triggered there since then is over";
      }
    }

    /** The shard is closed, and neither its children nor a checkpoint need the file any more. */
    record Retired(SubtaskId subtask) implements Ending {
      @Override
      public String toString() {
        return subtask.name()
            + " was split or merged, its children have files of their own instead of this one, and"
            + " no checkpoint contains it";
      }
    }

    /** The file is the metadata of a checkpoint that has ended. */
    record Over(CheckpointId checkpoint, String how) implements Ending {
      @Override
      public String toString() {
        return "it is the _metadata of checkpoint " + checkpoint + ", which " + how;
      }
    }
  }
}
