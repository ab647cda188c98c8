package dev.cairn.storage;

import dev.cairn.id.CheckpointId;
import dev.cairn.id.EntryId;
import dev.cairn.id.JobId;
import dev.cairn.id.RecordNumber;
import dev.cairn.id.Revision;
import dev.cairn.id.SavepointName;
import dev.cairn.id.SequenceNumber;
import dev.cairn.id.ShardId;
import dev.cairn.id.StageId;
import dev.cairn.id.SubtaskId;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The paths of a job's files, below the storage's root:
 *
 * <pre>
 * {job}/shared/{stage}/{shard}/run-{base}-{entry}       a run, which many checkpoints may share
 * {job}/shared/{stage}/{shard}/state-{base}-{entry}     the state file of a materialization
 * {job}/taskowned/{stage}/{shard}/delta-{base}-{entry}  a journalled delta, which no checkpoint owns
 * {job}/chk-{n}/{stage}/{shard}/state-{base}-{entry}    a subtask's state file of checkpoint n
 * {job}/chk-{n}/_metadata                               checkpoint n
 * {job}/dead-letters/{stage}/{shard}/{sequence number}  a record that could not be processed
 * {job}/dead-letters/{stage}/{shard}/{sequence number}.resent  that it was put into the stream again
 * </pre>
 *
 * A savepoint has its own directory, by default below {@link #SAVEPOINTS}, which contains all files
 * that it needs:
 *
 * <pre>
 * {savepoints}/{job}/savepoint-{n}[-{name}]/_metadata                             savepoint n
 * {savepoints}/{job}/savepoint-{n}[-{name}]/{stage}/{shard}/state-{base}-{entry}  a subtask's state file
 * {savepoints}/{job}/savepoint-{n}[-{name}]/{stage}/{shard}/run-{base}-{entry}    its whole state
 * </pre>
 *
 * {@code base} is the revision, in 20 digits, after which the file was prepared, and {@code entry}
 * the id of the entry that was to refer to it. Therefore no other attempt writes to the same name,
 * and collection can determine whether that entry may still be appended. Every id is a folder or
 * the rest of a name, so a path can be parsed in one way only.
 */
public final class Layout {
  /** The default folder of savepoints. No job has this name. */
  public static final FilePath SAVEPOINTS = FilePath.of("savepoints");

  /** The name of the folder of dead letters, in a job's folder. */
  public static final String DEAD_LETTERS = "dead-letters";

  private static final String RESENT = ".resent";
  private static final String METADATA_NAME = "_metadata";
  private static final int NAMES_OF_OWNED = 5;
  private static final int NAMES_OF_METADATA = 3;

  private static final Pattern OWNED =
      Pattern.compile(
          "([^/]+)/(?:shared/([^/]+)/([^/]+)/(?:run|state)"
              + "|taskowned/([^/]+)/([^/]+)/delta"
              + "|chk-[1-9][0-9]{0,18}/([^/]+)/([^/]+)/state)-([0-9]{20})-([^/]+)");

  private static final Pattern METADATA = Pattern.compile("[^/]+/chk-([1-9][0-9]{0,18})/_metadata");

  private static final Pattern DEAD_LETTER =
      Pattern.compile("[^/]+/dead-letters/[^/]+/[^/]+/[0-9]+(?:\\.[0-9]+)?(?:\\.resent)?");

  private static final Pattern STATE = Pattern.compile("(?:run|state)(?:-.*)?");
  // Paths within the directory of a savepoint or of a copy.
  private static final Pattern SELF_CONTAINED =
      Pattern.compile(METADATA_NAME + "|[^/]+/[^/]+/(?:state|run)(?:-[0-9]{20}-[^/]+)?");

  private Layout() {}

  /** Returns the folder of all files of the job. */
  public static FilePath job(JobId job) {
    return FilePath.of(job.value());
  }

  /** Whether the job owns a file; a savepoint's files belong to the user. */
  public static boolean isOwn(JobId job, FilePath file) {
    return job(job).relativize(file).isPresent();
  }

  public static FilePath run(SubtaskId subtask, Revision base, EntryId entry) {
    return inFolder(subtask, "shared", prepared("run", base, entry));
  }

  /** Returns the state file of a materialization, which no checkpoint owns. */
  public static FilePath state(SubtaskId subtask, Revision base, EntryId entry) {
    return inFolder(subtask, "shared", prepared("state", base, entry));
  }

  public static FilePath delta(SubtaskId subtask, Revision base, EntryId entry) {
    return inFolder(subtask, "taskowned", prepared("delta", base, entry));
  }

  /**
   * Returns the folder of a checkpoint's own files. Files in it may outlive the checkpoint, so the
   * folder is never deleted as a whole.
   */
  public static FilePath checkpoint(JobId job, CheckpointId checkpoint) {
    return FilePath.of(job.value(), folderOf(checkpoint));
  }

  /** Returns a subtask's state file of a checkpoint. */
  public static FilePath state(
      SubtaskId subtask, CheckpointId checkpoint, Revision base, EntryId entry) {
    return inFolder(subtask, folderOf(checkpoint), prepared("state", base, entry));
  }

  public static FilePath metadata(JobId job, CheckpointId checkpoint) {
    return FilePath.of(job.value(), folderOf(checkpoint), METADATA_NAME);
  }

  /**
   * Returns the directory of a savepoint.
   *
   * @param savepoints the folder of all savepoints, of every job
   */
  public static FilePath savepoint(
      FilePath savepoints, JobId job, CheckpointId savepoint, Optional<SavepointName> name) {
    String number = "savepoint-" + savepoint;
    return savepoints.resolve(
        FilePath.of(job.value(), name.map(given -> number + "-" + given).orElse(number)));
  }

  /** Returns the {@code _metadata} in the directory of a savepoint or of a copy. */
  public static FilePath metadataIn(FilePath directory) {
    return directory.resolve(FilePath.of(METADATA_NAME));
  }

  /**
   * Whether a file is in the directory of a savepoint or of a copy, under a name that Cairn uses.
   */
  public static boolean isInside(FilePath directory, FilePath file) {
    return directory
        .relativize(file)
        .filter(way -> SELF_CONTAINED.matcher(way.value()).matches())
        .isPresent();
  }

  /** Returns a subtask's state file in a savepoint's directory. */
  public static FilePath stateIn(
      FilePath directory, SubtaskId subtask, Revision base, EntryId entry) {
    return inDirectory(directory, subtask, prepared("state", base, entry));
  }

  /** Returns a subtask's run in a savepoint's directory. */
  public static FilePath runIn(
      FilePath directory, SubtaskId subtask, Revision base, EntryId entry) {
    return inDirectory(directory, subtask, prepared("run", base, entry));
  }

  /** Returns a subtask's state file in a copy's directory, which several attempts may write. */
  public static FilePath stateIn(FilePath directory, SubtaskId subtask) {
    return inDirectory(directory, subtask, "state");
  }

  /** Returns a subtask's run in a copy's directory. */
  public static FilePath runIn(FilePath directory, SubtaskId subtask) {
    return inDirectory(directory, subtask, "run");
  }

  private static FilePath inDirectory(FilePath directory, SubtaskId subtask, String fileName) {
    return directory.resolve(
        FilePath.of(subtask.stage().value(), subtask.shard().value(), fileName));
  }

  /** Returns the file of a dead letter, whose name is the record's number. */
  public static FilePath deadLetter(SubtaskId subtask, RecordNumber record) {
    return inFolder(subtask, DEAD_LETTERS, record.toString());
  }

  /** Returns the file of a dead letter that is a whole Kinesis record. */
  public static FilePath deadLetter(SubtaskId subtask, SequenceNumber record) {
    return deadLetter(subtask, RecordNumber.of(record));
  }

  /** Returns the file that marks a dead letter as sent again, and holds its new sequence number. */
  public static FilePath resent(SubtaskId subtask, RecordNumber record) {
    return inFolder(subtask, DEAD_LETTERS, record + RESENT);
  }

  /** Returns the folder of a job's dead letters. */
  public static FilePath deadLetters(JobId job) {
    return FilePath.of(job.value(), DEAD_LETTERS);
  }

  /** Returns the folder of a subtask's dead letters. */
  public static FilePath deadLetters(SubtaskId subtask) {
    return FilePath.of(
        subtask.job().value(), DEAD_LETTERS, subtask.stage().value(), subtask.shard().value());
  }

  private static String folderOf(CheckpointId checkpoint) {
    return "chk-" + checkpoint;
  }

  private static String prepared(String kind, Revision base, EntryId entry) {
    return String.format(Locale.ROOT, "%s-%020d-%s", kind, base.value(), entry);
  }

  private static FilePath inFolder(SubtaskId subtask, String folder, String fileName) {
    return FilePath.of(
        subtask.job().value(), folder, subtask.stage().value(), subtask.shard().value(), fileName);
  }

  /**
   * The parts of a file's name: the subtask, the revision after which it was prepared, and the
   * entry for which it was.
   */
  public record Owned(SubtaskId subtask, Revision base, EntryId entry) {}

  /** Returns the checkpoint whose metadata file this is; empty for any other file. */
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

  /** Whether the file is a run or a state file, in any folder. */
  public static boolean isState(FilePath path) {
    return STATE.matcher(path.fileName()).matches();
  }

  /** Whether the file is a dead letter, which belongs to the user. */
  public static boolean isDeadLetter(FilePath path) {
    return DEAD_LETTER.matcher(path.value()).matches();
  }

  /**
   * Parses the name of a run, state file or delta; empty for any other file, which collection never
   * deletes.
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

  /**
   * Returns the root of the storage of a checkpoint's file, such as {@code s3://bucket/prefix},
   * derived from its absolute path. Empty for any other file, and for a file that was moved out of
   * its folders.
   */
  public static Optional<String> rootOf(FilePath absolute) {
    return lastNames(absolute, NAMES_OF_METADATA)
        .filter(own -> parseMetadata(own).isPresent())
        .or(() -> lastNames(absolute, NAMES_OF_OWNED).filter(own -> parse(own).isPresent()))
        .map(
            own ->
                absolute
                    .value()
                    .substring(0, absolute.value().length() - own.value().length() - 1));
  }

  private static Optional<FilePath> lastNames(FilePath absolute, int count) {
    String[] names = absolute.absolute().map(FilePath.Absolute::names).orElse("").split("/", -1);
    return names.length < count
        ? Optional.empty()
        : Optional.of(FilePath.of(Arrays.copyOfRange(names, names.length - count, names.length)));
  }
}
