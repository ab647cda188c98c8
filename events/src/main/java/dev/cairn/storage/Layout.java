package dev.cairn.storage;

import dev.cairn.id.CheckpointId;
import dev.cairn.id.EntryId;
import dev.cairn.id.JobId;
import dev.cairn.id.Revision;
import dev.cairn.id.SequenceNumber;
import dev.cairn.id.ShardId;
import dev.cairn.id.StageId;
import dev.cairn.id.SubtaskId;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Where a job's files lie, below the checkpoint storage's root:
 *
 * <pre>
 * {job}/shared/{stage}/{shard}/run-{base}-{entry}       a run, which many checkpoints may share
 * {job}/shared/{stage}/{shard}/state-{base}-{entry}     the state file of a materialization
 * {job}/taskowned/{stage}/{shard}/delta-{base}-{entry}  a journalled delta, which no checkpoint owns
 * {job}/chk-{n}/{stage}/{shard}/state-{base}-{entry}    a subtask's state file of checkpoint n
 * {job}/chk-{n}/_metadata                               checkpoint n
 * {job}/dead-letters/{stage}/{shard}/{sequence number}  a record that could not be processed
 * </pre>
 *
 * {@code base} is the revision, in 20 digits, after which the file was prepared, and {@code entry}
 * the id of the entry that was to refer to it. So no other attempt writes to the same name, and
 * collection can tell whether that entry may still come. Every id is a folder or the rest of a
 * name, so whatever its characters are, a path reads in one way only.
 */
public final class Layout {
  private static final Pattern OWNED =
      Pattern.compile(
          "([^/]+)/(?:shared/([^/]+)/([^/]+)/(?:run|state)"
              + "|taskowned/([^/]+)/([^/]+)/delta"
              + "|chk-[1-9][0-9]{0,18}/([^/]+)/([^/]+)/state)-([0-9]{20})-([^/]+)");

  private static final Pattern METADATA = Pattern.compile("[^/]+/chk-([1-9][0-9]{0,18})/_metadata");

  private static final Pattern DEAD_LETTER =
      Pattern.compile("[^/]+/dead-letters/[^/]+/[^/]+/[0-9]+");

  private Layout() {}

  /** The folder of everything that belongs to the job. */
  public static FilePath job(JobId job) {
    return FilePath.of(job.value());
  }

  public static FilePath run(SubtaskId subtask, Revision base, EntryId entry) {
    return inFolder(subtask, "shared", prepared("run", base, entry));
  }

  /** The state file of a materialization, which no checkpoint owns. */
  public static FilePath state(SubtaskId subtask, Revision base, EntryId entry) {
    return inFolder(subtask, "shared", prepared("state", base, entry));
  }

  public static FilePath delta(SubtaskId subtask, Revision base, EntryId entry) {
    return inFolder(subtask, "taskowned", prepared("delta", base, entry));
  }

  /**
   * The folder of a checkpoint's own files. Files in it may outlive the checkpoint: it is never
   * deleted as a whole.
   */
  public static FilePath checkpoint(JobId job, CheckpointId checkpoint) {
    return FilePath.of(job.value(), folderOf(checkpoint));
  }

  /** A subtask's state file of a checkpoint. */
  public static FilePath state(
      SubtaskId subtask, CheckpointId checkpoint, Revision base, EntryId entry) {
    return inFolder(subtask, folderOf(checkpoint), prepared("state", base, entry));
  }

  public static FilePath metadata(JobId job, CheckpointId checkpoint) {
    return FilePath.of(job.value(), folderOf(checkpoint), "_metadata");
  }

  public static FilePath deadLetter(SubtaskId subtask, SequenceNumber record) {
    return inFolder(subtask, "dead-letters", record.digits());
  }

  private static String folderOf(CheckpointId checkpoint) {
    return "chk-" + checkpoint;
  }

  private static String prepared(String kind, Revision base, EntryId entry) {
    return String.format("%s-%020d-%s", kind, base.value(), entry);
  }

  private static FilePath inFolder(SubtaskId subtask, String folder, String fileName) {
    return FilePath.of(
        subtask.job().value(), folder, subtask.stage().value(), subtask.shard().value(), fileName);
  }

  /** Who prepared a file, after which revision of its journal, for which entry. */
  public record Owned(SubtaskId subtask, Revision base, EntryId entry) {}

  /** The checkpoint whose metadata file this is; empty for every other file. */
  public static Optional<CheckpointId> parseMetadata(FilePath path) {
    Matcher name = METADATA.matcher(path.value());
    try {
      return name.matches()
          ? Optional.of(new CheckpointId(Long.parseLong(name.group(1))))
          : Optional.empty();
    } catch (IllegalArgumentException notANumber) {
      return Optional.empty();
    }
  }

  /** Whether it is a record that could not be processed, which is the user's. */
  public static boolean isDeadLetter(FilePath path) {
    return DEAD_LETTER.matcher(path.value()).matches();
  }

  /**
   * Reads a run's, state file's or delta's name; empty for every other file, which collection
   * leaves alone.
   */
  public static Optional<Owned> parse(FilePath path) {
    Matcher name = OWNED.matcher(path.value());
    if (!name.matches()) {
      return Optional.empty();
    }
    int folder = name.group(2) != null ? 2 : name.group(4) != null ? 4 : 6;
    try {
      SubtaskId subtask =
          new SubtaskId(
              new JobId(name.group(1)),
              new StageId(name.group(folder)),
              new ShardId(name.group(folder + 1)));
      Revision base = new Revision(Long.parseLong(name.group(8)));
      return Optional.of(new Owned(subtask, base, new EntryId(name.group(9))));
    } catch (IllegalArgumentException notAName) {
      return Optional.empty();
    }
  }
}
