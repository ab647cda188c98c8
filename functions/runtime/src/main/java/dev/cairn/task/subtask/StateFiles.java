package dev.cairn.task.subtask;

import dev.cairn.checkpoint.CheckpointFormat;
import dev.cairn.checkpoint.SubtaskState;
import dev.cairn.id.EntryId;
import dev.cairn.id.Revision;
import dev.cairn.id.SubtaskId;
import dev.cairn.journal.Entry.Header;
import dev.cairn.state.BlockChecksum;
import dev.cairn.state.Change;
import dev.cairn.state.Channels;
import dev.cairn.state.Compaction;
import dev.cairn.state.Deltas;
import dev.cairn.state.Manifest;
import dev.cairn.state.MergedRuns;
import dev.cairn.state.Payload;
import dev.cairn.state.RunReader;
import dev.cairn.state.RunRef;
import dev.cairn.state.RunWriter;
import dev.cairn.state.StateHandle;
import dev.cairn.storage.DamagedFileException;
import dev.cairn.storage.FilePath;
import dev.cairn.storage.FileRef;
import dev.cairn.storage.FileStorage;
import dev.cairn.storage.FileStorage.Stored;
import dev.cairn.storage.Layout;
import dev.cairn.storage.Sha256;
import dev.cairn.task.ports.TaskDecisions;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;

/** Writes and reads the files of a task's state, and checks them in both directions. */
public final class StateFiles {
  private final FileStorage storage;
  private final BlockChecksum checksum;
  private final TaskDecisions decisions;

  public StateFiles(FileStorage storage, BlockChecksum checksum, TaskDecisions decisions) {
    this.storage = storage;
    this.checksum = checksum;
    this.decisions = decisions;
  }

  /** A file in a journal is missing. This is damage only if the journal still refers to it. */
  public static final class MissingFileException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    MissingFileException(FileRef file) {
      super(file.path() + " (" + file.sizeBytes() + " bytes) is not in the checkpoint storage");
    }
  }

  /**
   * Passes on the changes of all runs of a state, the oldest run first, so that later changes
   * replace earlier ones.
   */
  void read(Manifest manifest, Consumer<Change> each) {
    for (RunRef run : manifest.runs().reversed()) {
      open(run).forEach(each);
    }
  }

  private RunReader open(RunRef run) {
    return RunReader.open(read(run.file()), run.file().path().value(), checksum)
        .within(run.range());
  }

  List<Change> readDelta(SubtaskId subtask, Revision revision, Payload delta) {
    return switch (delta) {
      case Payload.Inline inline ->
          inline.bytes().length == 0
              ? List.of()
              : Deltas.decode(inline.bytes(), subtask + " revision " + revision, checksum);
      case Payload.Stored stored ->
          Deltas.decode(read(stored.file()), stored.file().path().value(), checksum);
    };
  }

  private byte[] read(FileRef file) {
    byte[] bytes = storage.get(file.path()).orElseThrow(() -> new MissingFileException(file));
    if (!decisions.isIntact(file, bytes)) {
      throw new DamagedFileException(
          file.path()
              + " is not what was written: it should have "
              + file.sizeBytes()
              + " bytes with SHA-256 "
              + file.sha256()
              + " and has "
              + bytes.length
              + " bytes with "
              + Sha256.of(bytes)
              + "; restore a checkpoint that does not need it");
    }
    return bytes;
  }

  /** Returns the payload of a delta: inline if it is small, otherwise stored as a file first. */
  public Payload writeDelta(
      Subtask<?> subtask, EntryId attempt, List<Change> changes, int inlineThresholdBytes) {
    if (changes.isEmpty()) {
      return Payload.NONE;
    }
    byte[] bytes = Deltas.encode(changes);
    if (bytes.length <= inlineThresholdBytes) {
      return new Payload.Inline(bytes);
    }
    return new Payload.Stored(
        write(Layout.delta(subtask.id(), subtask.head().revision(), attempt), bytes));
  }

  /**
   * Stores the state of a subtask: one run of what changed since its last base, if anything did,
   * and one state file.
   *
   * @param stateFile the path of the state file
   */
  public Snapshot writeSnapshot(
      Subtask<?> subtask,
      EntryId attempt,
      FilePath stateFile,
      UnaryOperator<Header> at,
      SnapshotTime time) {
    List<RunRef> runs = new ArrayList<>(subtask.handle().manifest().runs());
    Collection<Change> changes = subtask.sinceBase();
    long incremental = 0;
    if (!changes.isEmpty()) {
      RunRef run = writeRun(subtask, attempt, changes, runs, time);
      incremental += run.file().sizeBytes();
      runs.addFirst(run);
    }
    return writeState(subtask, at, runs, incremental, stateFile, time);
  }

  /**
   * Stores the whole state of a subtask without references to existing files: one run, unless the
   * state is empty, and one state file. It is used for a state whose files belong to another job,
   * or of which a part was dropped.
   *
   * @param stateFile the path of the state file
   */
  public Snapshot writeWholeSnapshot(
      Subtask<?> subtask,
      EntryId attempt,
      FilePath stateFile,
      UnaryOperator<Header> at,
      SnapshotTime time) {
    FilePath path = Layout.run(subtask.id(), subtask.head().revision(), attempt);
    List<RunRef> runs = writeWhole(subtask, path, time);
    long written = runs.stream().mapToLong(run -> run.file().sizeBytes()).sum();
    return writeState(subtask, at, runs, written, stateFile, time);
  }

  private Snapshot writeState(
      Subtask<?> subtask,
      UnaryOperator<Header> at,
      List<RunRef> runs,
      long written,
      FilePath stateFile,
      SnapshotTime time) {
    SubtaskState state = stateOf(subtask, at.apply(subtask.head()), runs);
    FileRef file = write(stateFile, CheckpointFormat.write(state), time);
    return new Snapshot(
        new StateHandle(state.manifest(), Optional.of(file)),
        file,
        state.manifest().sizeBytes() + file.sizeBytes(),
        written + file.sizeBytes());
  }

  private static SubtaskState stateOf(Subtask<?> subtask, Header head, List<RunRef> runs) {
    return new SubtaskState(
        subtask.id(),
        head.epoch(),
        subtask.origin(),
        head.position(),
        head.firstApplied(),
        head.counts(),
        new Manifest(runs, subtask.schemas()),
        Channels.EMPTY,
        head.format(),
        head.time(),
        head.firstAppliedSub(),
        head.outputs());
  }

  /**
   * Stores the whole state of a subtask in a savepoint's directory, without references to files
   * outside it: one run, unless the state is empty, and one state file.
   *
   * <p>No journal may refer to these files, because the user may move or delete them.
   *
   * @param directory the savepoint's
   */
  public Savepoint writeSavepoint(
      Subtask<?> subtask, EntryId attempt, FilePath directory, SnapshotTime time) {
    Revision base = subtask.head().revision();
    List<RunRef> runs =
        writeWhole(subtask, Layout.runIn(directory, subtask.id(), base, attempt), time);
    FilePath at = Layout.stateIn(directory, subtask.id(), base, attempt);
    SubtaskState state = stateOf(subtask, subtask.head(), runs);
    FileRef file = write(at, CheckpointFormat.write(state, at), time);
    return new Savepoint(file, state.manifest().sizeBytes() + file.sizeBytes());
  }

  /** A state in a savepoint's directory, which was written completely for this savepoint. */
  public record Savepoint(FileRef stateFile, long sizeBytes) {}

  private List<RunRef> writeWhole(Subtask<?> subtask, FilePath path, SnapshotTime time) {
    if (subtask.state().changedCells() > 0) {
      throw new IllegalStateException(
          subtask.id()
              + " has applied records that its journal does not have: its state belongs to no"
              + " revision");
    }
    List<Change> everything = new ArrayList<>();
    subtask.state().forEach(everything::add);
    return everything.isEmpty()
        ? List.of()
        : List.of(
            new RunRef(
                write(path, RunWriter.write(time.within(everything)), time),
                subtask.origin().range()));
  }

  /** A stored state, and the sizes for its acknowledgement. */
  public record Snapshot(
      StateHandle handle, FileRef stateFile, long fullSizeBytes, long incrementalSizeBytes) {}

  /**
   * Writes the changes as a run; if there are too many runs, merges the newest ones into it and
   * removes them from {@code runs}.
   */
  private RunRef writeRun(
      Subtask<?> subtask,
      EntryId attempt,
      Collection<Change> changes,
      List<RunRef> runs,
      SnapshotTime time) {
    int folded = Compaction.plan(subtask.handle().manifest(), Compaction.DEFAULT_MAXIMUM_RUNS);
    Iterable<Change> content = changes;
    if (folded > 0) {
      boolean all = folded == runs.size();
      List<Iterable<Change>> newestFirst = new ArrayList<>();
      newestFirst.add(changes);
      runs.subList(0, folded).forEach(run -> newestFirst.add(open(run)));
      runs.subList(0, folded).clear();
      content = MergedRuns.merge(newestFirst, all);
    }
    byte[] bytes = RunWriter.write(time.within(content));
    FilePath path = Layout.run(subtask.id(), subtask.head().revision(), attempt);
    return new RunRef(write(path, bytes, time), subtask.origin().range());
  }

  /** Stores bytes under a name that only this attempt uses. */
  private FileRef write(FilePath path, byte[] bytes) {
    FileRef file = new FileRef(path, bytes.length, Sha256.of(bytes));
    return written(file, storage.put(path, bytes, file.sha256()));
  }

  /** Stores a file of a snapshot, within the snapshot's time. */
  private FileRef write(FilePath path, byte[] bytes, SnapshotTime time) {
    FileRef file = new FileRef(path, bytes.length, Sha256.of(bytes));
    return written(file, storage.put(path, bytes, file.sha256(), time.requireTime()));
  }

  private FileRef written(FileRef file, FileStorage.Put put) {
    if (put == FileStorage.Put.ALREADY_EXISTS && !isOurs(file)) {
      throw new DamagedFileException(
          file.path()
              + " exists with other bytes: two attempts have one name, so the source of entry ids"
              + " repeats itself");
    }
    return file;
  }

  // The response to an earlier attempt of this put may have been lost.
  private boolean isOurs(FileRef file) {
    Optional<Stored> stored = storage.head(file.path());
    return stored.isPresent()
        && stored.get().sizeBytes() == file.sizeBytes()
        && stored.get().sha256().equals(Optional.of(file.sha256()));
  }
}
