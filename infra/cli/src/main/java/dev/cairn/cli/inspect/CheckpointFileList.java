package dev.cairn.cli.inspect;

import dev.cairn.checkpoint.Acknowledgement.Acknowledged;
import dev.cairn.checkpoint.Checkpoint;
import dev.cairn.checkpoint.CheckpointFormat;
import dev.cairn.checkpoint.CheckpointMetadata;
import dev.cairn.checkpoint.SubtaskState;
import dev.cairn.cli.inspect.VerifiedFileReader.FileGoneException;
import dev.cairn.format.FormatException;
import dev.cairn.state.RunRef;
import dev.cairn.storage.DamagedFileException;
import dev.cairn.storage.FilePath;
import dev.cairn.storage.FileRef;
import dev.cairn.storage.FileStorage;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiFunction;

/** Reads and verifies the files of completed checkpoints. */
public final class CheckpointFileList {
  private final VerifiedFileReader files;

  public CheckpointFileList(FileStorage storage) {
    this.files = new VerifiedFileReader(storage);
  }

  /**
   * Reads a checkpoint's {@code _metadata}.
   *
   * @throws DamagedFileException if it is missing or altered
   */
  public CheckpointMetadata metadata(Checkpoint.Completed checkpoint) {
    return whole(checkpoint, checkpoint.metadata(), CheckpointFormat::readMetadata);
  }

  /**
   * Reads the state files of a checkpoint's subtasks, except those that had applied nothing.
   *
   * @throws DamagedFileException if one is missing or altered
   */
  public List<SubtaskState> states(Checkpoint.Completed checkpoint) {
    return metadata(checkpoint).acknowledgements().stream()
        .map(Acknowledged::stateFile)
        .flatMap(Optional::stream)
        .map(file -> whole(checkpoint, file, CheckpointFormat::readState))
        .toList();
  }

  private <T> T whole(Checkpoint checkpoint, FileRef file, BiFunction<byte[], FilePath, T> form) {
    try {
      return form.apply(files.read(file), file.path());
    } catch (FileGoneException e) {
      throw new DamagedFileException(
          "checkpoint " + checkpoint.id() + " cannot be read: " + e.getMessage(), e);
    }
  }

  /**
   * The result for one file of a checkpoint.
   *
   * @param kind {@code metadata}, {@code state} or {@code run}
   * @param damage the damage; empty if the file is intact
   */
  public record Verdict(String kind, FileRef file, Optional<String> damage) {}

  /**
   * Reads every file of a checkpoint or savepoint completely, and checks size, SHA-256, structure,
   * and the checksum of every block. Each file is read once, even if several subtasks name it.
   * Files that only a damaged file names cannot be found and are missing from the result.
   */
  public List<Verdict> verify(FileRef metadata) {
    List<Verdict> verdicts = new ArrayList<>();
    Optional<CheckpointMetadata> read =
        verify(verdicts, "metadata", metadata, CheckpointFormat::readMetadata);
    List<RunRef> runs = new ArrayList<>();
    read.stream()
        .flatMap(names -> names.acknowledgements().stream())
        .flatMap(acknowledged -> acknowledged.stateFile().stream())
        .forEach(
            file ->
                verify(verdicts, "state", file, CheckpointFormat::readState)
                    .ifPresent(state -> runs.addAll(state.manifest().runs())));
    Set<FileRef> seen = new HashSet<>();
    for (RunRef run : runs) {
      if (seen.add(run.file())) {
        verdicts.add(new Verdict("run", run.file(), damage(() -> readAll(run))));
      }
    }
    return verdicts;
  }

  private <T> Optional<T> verify(
      List<Verdict> verdicts, String kind, FileRef file, BiFunction<byte[], FilePath, T> form) {
    List<T> read = new ArrayList<>();
    verdicts.add(
        new Verdict(kind, file, damage(() -> read.add(form.apply(files.read(file), file.path())))));
    return read.stream().findFirst();
  }

  /** Reading a block checks it. */
  private void readAll(RunRef run) {
    files.open(run).iterator().forEachRemaining(change -> {});
  }

  private static Optional<String> damage(Runnable reading) {
    try {
      reading.run();
      return Optional.empty();
    } catch (FileGoneException | DamagedFileException | FormatException e) {
      return Optional.of(String.valueOf(e.getMessage()));
    }
  }
}
