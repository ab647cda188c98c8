package dev.cairn.checkpoint;

import static dev.cairn.state.StateFields.requireVersion;

import dev.cairn.format.Fields;
import dev.cairn.format.FormatException;
import dev.cairn.format.FormatVersion;
import dev.cairn.format.Trees;
import dev.cairn.id.CheckpointId;
import dev.cairn.id.Epoch;
import dev.cairn.id.JobId;
import dev.cairn.id.Position;
import dev.cairn.id.SequenceNumber;
import dev.cairn.id.ShardId;
import dev.cairn.id.StageId;
import dev.cairn.id.SubSequenceNumber;
import dev.cairn.id.SubtaskId;
import dev.cairn.state.Manifest;
import dev.cairn.state.RunRef;
import dev.cairn.state.StateFields;
import dev.cairn.state.TimeProgress;
import dev.cairn.storage.FilePath;
import dev.cairn.storage.FileRef;
import dev.cairn.storage.Layout;
import java.time.DateTimeException;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;

/**
 * The files of a checkpoint, as JSON: {@code _metadata}, and one state file for each subtask.
 *
 * <p>Paths in a checkpoint's files are relative to the storage's root, or absolute. In a
 * <i>self-contained</i> directory, that of a savepoint or of a copy, each path is relative to the
 * folder of the file that contains it, so that the directory can be copied anywhere. A reader
 * passes the location of the file, and gets paths that are valid in the storage from which it was
 * read.
 */
public final class CheckpointFormat {
  private static final long VERSION = 1;
  // Self-contained files need version 2: version 1 would resolve their paths below the storage's
  // root.
  private static final long SELF_CONTAINED_VERSION = 2;
  // From this version on a state file has fields that an older reader would silently drop.
  private static final long FORMAT_TWO_VERSION = 3;
  private static final String RELATIVE = "relative";

  private CheckpointFormat() {}

  /**
   * Writes the metadata. Equal metadata gives equal bytes, so two coordinators that write it write
   * one file.
   */
  public static byte[] write(CheckpointMetadata metadata) {
    return Trees.toJson(writeTo(Fields.empty().put("v", VERSION), metadata));
  }

  /**
   * Writes the metadata of a self-contained directory. Equal metadata gives equal bytes, also for
   * copies at different locations.
   *
   * @param at the location of the file to write; every state file lies in its folder
   * @throws IllegalArgumentException if a state file lies elsewhere
   */
  public static byte[] write(CheckpointMetadata metadata, FilePath at) {
    return Trees.toJson(
        writeTo(
            selfContained(SELF_CONTAINED_VERSION),
            placed(metadata, path -> belowFolderOf(at, path))));
  }

  private static Fields selfContained(long version) {
    return Fields.empty().put("v", version).put("paths", RELATIVE);
  }

  private static Fields writeTo(Fields fields, CheckpointMetadata metadata) {
    Checkpoint.Triggering trigger = metadata.trigger();
    return fields
        .put("job", trigger.job().value())
        .put("checkpoint", trigger.id().value())
        .put("epoch", trigger.epoch().value())
        .put("triggeredAt", trigger.triggeredAt())
        .put("subtasks", metadata.acknowledgements(), CheckpointFormat::write);
  }

  private static Fields write(Acknowledgement.Acknowledged acknowledged) {
    return write(acknowledged.subtask())
        .put("fullSizeBytes", acknowledged.fullSizeBytes())
        .put("incrementalSizeBytes", acknowledged.incrementalSizeBytes())
        .put("stateFile", acknowledged.stateFile(), StateFields::write);
  }

  /**
   * Reads a checkpoint's metadata.
   *
   * @param at the location of the file
   * @throws FormatException if the bytes are malformed, or their paths are invalid at this location
   */
  public static CheckpointMetadata readMetadata(byte[] bytes, FilePath at) {
    return reading(at, () -> metadata(bytes, at));
  }

  /** Well-formed JSON with invalid values, such as a name with a slash, is damage as well. */
  private static <T> T reading(FilePath at, Supplier<T> form) {
    try {
      return form.get();
    } catch (IllegalArgumentException | DateTimeException e) {
      throw new FormatException(at + " cannot be read: " + e.getMessage(), e);
    }
  }

  private static CheckpointMetadata metadata(byte[] bytes, FilePath at) {
    Fields fields = Trees.fromJson(bytes);
    requireVersion(fields, "a checkpoint's _metadata", SELF_CONTAINED_VERSION);
    JobId job = new JobId(fields.text("job"));
    CheckpointId id = new CheckpointId(fields.number("checkpoint"));
    List<Acknowledgement.Acknowledged> acknowledgements =
        fields.objects("subtasks").stream()
            .map(
                subtask ->
                    new Acknowledgement.Acknowledged(
                        readSubtask(job, subtask),
                        id,
                        subtask.optionalObject("stateFile").map(StateFields::readFile),
                        subtask.number("fullSizeBytes"),
                        subtask.number("incrementalSizeBytes")))
            .toList();
    TreeSet<SubtaskId> expected = new TreeSet<>();
    acknowledgements.forEach(acknowledged -> expected.add(acknowledged.subtask()));
    if (expected.size() != acknowledgements.size()) {
      throw new FormatException("_metadata of checkpoint " + id + " names a subtask twice");
    }
    CheckpointMetadata asWritten =
        new CheckpointMetadata(
            new Checkpoint.Triggering(
                job,
                id,
                new Epoch(fields.number("epoch")),
                fields.time("triggeredAt"),
                ExpectedSubtasks.of(expected)),
            acknowledgements);
    return placed(asWritten, paths(fields, at));
  }

  private static CheckpointMetadata placed(
      CheckpointMetadata metadata, UnaryOperator<FilePath> place) {
    return new CheckpointMetadata(
        metadata.trigger(),
        metadata.acknowledgements().stream()
            .map(
                acknowledged ->
                    new Acknowledgement.Acknowledged(
                        acknowledged.subtask(),
                        acknowledged.checkpoint(),
                        acknowledged.stateFile().map(file -> placed(file, place)),
                        acknowledged.fullSizeBytes(),
                        acknowledged.incrementalSizeBytes()))
            .toList());
  }

  private static FileRef placed(FileRef file, UnaryOperator<FilePath> place) {
    return file.at(place.apply(file.path()));
  }

  public static byte[] write(SubtaskState state) {
    return Trees.toJson(writeTo(Fields.empty().put("v", version(state, VERSION)), state));
  }

  private static long version(SubtaskState state, long ofFormatOne) {
    return switch (state.format()) {
      case ONE -> ofFormatOne;
      case TWO -> FORMAT_TWO_VERSION;
    };
  }

  /**
   * Writes the state file of a self-contained directory.
   *
   * @param at the location of the file to write; every run lies in its folder
   * @throws IllegalArgumentException if a run lies elsewhere
   */
  public static byte[] write(SubtaskState state, FilePath at) {
    return Trees.toJson(
        writeTo(
            selfContained(version(state, SELF_CONTAINED_VERSION)),
            placed(state, path -> belowFolderOf(at, path))));
  }

  private static Fields writeTo(Fields fields, SubtaskState state) {
    requireAllowed(state);
    return StateFields.put(fieldsOfFormatOne(fields, state), state.time())
        .put("firstAppliedSub", state.firstAppliedSub(), SubSequenceNumber::value)
        .put("outputs", Optional.of(state.outputs()).filter(count -> count > 0), count -> count);
  }

  private static void requireAllowed(SubtaskState state) {
    boolean fits =
        state.time().equals(TimeProgress.NONE)
            && state.firstAppliedSub().isEmpty()
            && state.outputs() == 0
            && !(state.position() instanceof Position.Within)
            && state.origin().parents().isEmpty()
            && state.channels().fitsFormatOne();
    if (!fits && !state.format().includes(FormatVersion.TWO)) {
      throw new IllegalArgumentException(
          "the state of "
              + state.subtask()
              + " has parts that format "
              + state.format()
              + " lacks");
    }
  }

  private static Fields fieldsOfFormatOne(Fields fields, SubtaskState state) {
    return fields
        .put("job", state.subtask().job().value())
        .put("subtask", write(state.subtask()))
        .put("epoch", state.epoch().value())
        .put("origin", StateFields.write(state.origin()))
        .put("position", StateFields.write(state.position()))
        .put("firstApplied", state.firstApplied(), SequenceNumber::digits)
        .put("counts", StateFields.write(state.counts()))
        .put("manifest", StateFields.write(state.manifest()))
        .put("channels", StateFields.write(state.channels()));
  }

  /**
   * Reads a subtask's state file.
   *
   * @param at the location of the file
   * @throws FormatException if the bytes are malformed, or their paths are invalid at this location
   */
  public static SubtaskState readState(byte[] bytes, FilePath at) {
    return reading(at, () -> state(bytes, at));
  }

  private static SubtaskState state(byte[] bytes, FilePath at) {
    Fields fields = Trees.fromJson(bytes);
    requireVersion(fields, "a state file", FORMAT_TWO_VERSION);
    SubtaskState asWritten =
        new SubtaskState(
            readSubtask(new JobId(fields.text("job")), fields.object("subtask")),
            new Epoch(fields.number("epoch")),
            StateFields.readOrigin(fields.object("origin")),
            StateFields.readPosition(fields.text("position")),
            fields.optionalText("firstApplied").map(SequenceNumber::new),
            StateFields.readCounts(fields.object("counts")),
            StateFields.readManifest(fields.object("manifest")),
            StateFields.readChannels(fields.object("channels")),
            fields.number("v") < FORMAT_TWO_VERSION ? FormatVersion.ONE : FormatVersion.TWO,
            StateFields.readTime(fields),
            fields.optionalNumber("firstAppliedSub").map(SubSequenceNumber::new),
            fields.optionalNumber("outputs").orElse(0L));
    return placed(asWritten, paths(fields, at));
  }

  private static SubtaskState placed(SubtaskState state, UnaryOperator<FilePath> place) {
    List<RunRef> runs =
        state.manifest().runs().stream()
            .map(run -> new RunRef(placed(run.file(), place), run.range()))
            .toList();
    return state.with(new Manifest(runs, state.manifest().schemas()));
  }

  /** Returns the function that resolves the paths of a file read at this location. */
  private static UnaryOperator<FilePath> paths(Fields fields, FilePath at) {
    Optional<String> relative = fields.optionalText("paths");
    if (relative.isPresent()) {
      if (!relative.get().equals(RELATIVE)) {
        throw new FormatException(at + " has paths of an unknown kind, \"" + relative.get() + "\"");
      }
      Optional<FilePath> folder = at.parent();
      return path -> folder.map(within -> within.resolve(path)).orElse(path);
    }
    return at.isAbsolute() ? path -> belowRootOf(at, path) : UnaryOperator.identity();
  }

  private static FilePath belowRootOf(FilePath at, FilePath path) {
    if (path.isAbsolute()) {
      return path;
    }
    String root =
        Layout.rootOf(at)
            .orElseThrow(
                () ->
                    new FormatException(
                        at
                            + " names "
                            + path
                            + " by paths below the root of the checkpoint storage, but is not"
                            + " in a checkpoint's folder: the file was copied alone; name"
                            + " it where it was written, or make a self-contained"
                            + " copy with: cairn export"));
    return new FilePath(root + "/" + path);
  }

  private static FilePath belowFolderOf(FilePath at, FilePath path) {
    Optional<FilePath> folder = at.parent();
    return folder.isEmpty() && !at.isAbsolute() && !path.isAbsolute()
        ? path
        : folder
            .flatMap(within -> within.relativize(path))
            .orElseThrow(
                () ->
                    new IllegalArgumentException(
                        path + " does not lie in the folder of " + at + ", which has to hold it"));
  }

  private static Fields write(SubtaskId subtask) {
    return Fields.empty()
        .put("stage", subtask.stage().value())
        .put("shard", subtask.shard().value());
  }

  private static SubtaskId readSubtask(JobId job, Fields fields) {
    return new SubtaskId(job, new StageId(fields.text("stage")), new ShardId(fields.text("shard")));
  }
}
