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
 * A mark: a file that is needed was found missing or altered, before anybody needed it.
 *
 * @param file as it was when it was written
 * @param what is wrong with it, such as {@code it is missing}
 * @param foundAt when that was found first
 * @param checkpoints those that cannot be restored without it
 * @param subtasks those whose state it is part of; none for a checkpoint's metadata
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

  /** One line: what is wrong with which file, and who needs it. */
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
