package dev.cairn.damage;

import dev.cairn.id.CheckpointId;
import dev.cairn.id.SubtaskId;
import dev.cairn.storage.FilePath;
import dev.cairn.storage.FileRef;
import java.time.Instant;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * A mark of the scrubber: a needed file is missing or altered.
 *
 * @param file as it was when it was written
 * @param what is wrong with it, such as {@code it is missing}
 * @param foundAt when the damage was first found
 * @param checkpoints the checkpoints that cannot be restored without the file
 * @param subtasks the subtasks whose state it is part of; none for a checkpoint's metadata
 * @param isInJournal whether a journal's head needs it too: without it, a cold start of its shard
 *     fails
 */
public record Damage(
    FileRef file,
    String what,
    Instant foundAt,
    SortedSet<CheckpointId> checkpoints,
    SortedSet<SubtaskId> subtasks,
    boolean isInJournal) {
  public Damage {
    checkpoints = new TreeSet<>(checkpoints);
    subtasks = new TreeSet<>(subtasks);
  }

  public FilePath path() {
    return file.path();
  }

  /** Returns a copy of this damage that was first found at another time. */
  public Damage foundAt(Instant time) {
    return new Damage(file, what, time, checkpoints, subtasks, isInJournal);
  }

  /** Returns one line with the file, the damage, and who needs the file. */
  @Override
  public String toString() {
    return path()
        + " was found damaged at "
        + foundAt
        + ": "
        + what
        + (checkpoints.isEmpty()
            ? ""
            : "; needed by checkpoint "
                + checkpoints.stream()
                    .map(CheckpointId::toString)
                    .collect(Collectors.joining(", ")))
        + (isInJournal
            ? "; needed by the journal of "
                + subtasks.stream().map(SubtaskId::name).collect(Collectors.joining(", "))
            : "");
  }
}
