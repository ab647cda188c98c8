package dev.cairn.cli.inspect;

import dev.cairn.checkpoint.Acknowledgement.Acknowledged;
import dev.cairn.checkpoint.CheckpointFormat;
import dev.cairn.checkpoint.CheckpointMetadata;
import dev.cairn.checkpoint.SubtaskState;
import dev.cairn.cli.inspect.VerifiedFileReader.FileGoneException;
import dev.cairn.id.SubtaskId;
import dev.cairn.state.Change;
import dev.cairn.state.Manifest;
import dev.cairn.state.MergedRuns;
import dev.cairn.state.RunReader;
import dev.cairn.state.RunRef;
import dev.cairn.state.RunWriter;
import dev.cairn.storage.DamagedFileException;
import dev.cairn.storage.FilePath;
import dev.cairn.storage.FileRef;
import dev.cairn.storage.FileStorage;
import dev.cairn.storage.FileStorage.Put;
import dev.cairn.storage.Layout;
import dev.cairn.storage.Sha256;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Copies a checkpoint into a directory that needs nothing outside it, as a savepoint is one: every
 * subtask's whole state in one run, and paths that hold wherever the directory is copied to.
 *
 * <p>Every file is read completely and checked before data from it is written. {@code _metadata} is
 * written last: an interrupted copy has none, and a repeated export continues it. Nothing is ever
 * overwritten.
 */
public final class SelfContainedCopy {
  private final VerifiedFileReader from;
  private final FileStorage to;
  private final FilePath directory;
  private final Consumer<FileRef> written;

  /**
   * @param directory the directory of the copy, in {@code to}
   * @param written called with each written file
   */
  public SelfContainedCopy(
      FileStorage from, FileStorage to, FilePath directory, Consumer<FileRef> written) {
    this.from = new VerifiedFileReader(from);
    this.to = to;
    this.directory = directory;
    this.written = written;
  }

  /** The directory holds other files, which are not changed. */
  public static final class OccupiedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private OccupiedException(FilePath path, String how) {
      super(
          path
              + " exists "
              + how
              + ": nothing is overwritten; name a directory that does not exist yet");
    }
  }

  /**
   * Makes the copy.
   *
   * @param metadata the checkpoint's {@code _metadata}
   * @return the copy's {@code _metadata}
   * @throws DamagedFileException if a file of the checkpoint is missing or altered; the copy then
   *     has no {@code _metadata}
   * @throws OccupiedException if the directory holds another checkpoint, or parts of one
   */
  public FileRef of(FileRef metadata) {
    FilePath target = Layout.metadataIn(directory);
    if (to.head(target).isPresent()) {
      throw new OccupiedException(target, "already");
    }
    try {
      CheckpointMetadata original =
          CheckpointFormat.readMetadata(from.read(metadata), metadata.path());
      List<Acknowledged> copies = new ArrayList<>();
      for (Acknowledged acknowledged : original.acknowledgements()) {
        copies.add(
            acknowledged.stateFile().map(file -> copy(acknowledged, file)).orElse(acknowledged));
      }
      CheckpointMetadata copied = new CheckpointMetadata(original.trigger(), copies);
      return write(target, CheckpointFormat.write(copied, target));
    } catch (FileGoneException e) {
      throw new DamagedFileException("the checkpoint cannot be copied: " + e.getMessage(), e);
    }
  }

  private Acknowledged copy(Acknowledged acknowledged, FileRef stateFile) {
    SubtaskState original = CheckpointFormat.readState(from.read(stateFile), stateFile.path());
    SubtaskId subtask = acknowledged.subtask();
    List<RunRef> runs = wholeRun(subtask, original);
    SubtaskState state = original.with(new Manifest(runs, original.manifest().schemas()));
    FilePath at = Layout.stateIn(directory, subtask);
    FileRef file = write(at, CheckpointFormat.write(state, at));
    long size = state.manifest().sizeBytes() + file.sizeBytes();
    return new Acknowledged(subtask, acknowledged.checkpoint(), Optional.of(file), size, size);
  }

  private List<RunRef> wholeRun(SubtaskId subtask, SubtaskState state) {
    List<RunReader> newestFirst = state.manifest().runs().stream().map(from::open).toList();
    List<Change> everything = new ArrayList<>();
    MergedRuns.merge(newestFirst, true).forEach(everything::add);
    return everything.isEmpty()
        ? List.of()
        : List.of(
            new RunRef(
                write(Layout.runIn(directory, subtask), RunWriter.write(everything)),
                state.origin().range()));
  }

  private FileRef write(FilePath path, byte[] bytes) {
    FileRef file = new FileRef(path, bytes.length, Sha256.of(bytes));
    if (to.put(path, bytes, file.sha256()) == Put.ALREADY_EXISTS
        && !to.get(path).filter(there -> Arrays.equals(there, bytes)).isPresent()) {
      throw new OccupiedException(path, "with other bytes");
    }
    written.accept(file);
    return file;
  }
}
