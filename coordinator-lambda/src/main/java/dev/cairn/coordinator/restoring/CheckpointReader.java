package dev.cairn.coordinator.restoring;

import dev.cairn.checkpoint.Acknowledgement;
import dev.cairn.checkpoint.CheckpointFormat;
import dev.cairn.checkpoint.CheckpointMetadata;
import dev.cairn.coordinator.ports.CoordinatorPorts;
import dev.cairn.damage.Damage;
import dev.cairn.format.FormatException;
import dev.cairn.id.JobId;
import dev.cairn.id.SubtaskId;
import dev.cairn.state.RunRef;
import dev.cairn.storage.FilePath;
import dev.cairn.storage.FileRef;
import dev.cairn.storage.FileStorage.Stored;
import dev.cairn.storage.Sha256;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.BiFunction;

/**
 * Reads and checks the files of a checkpoint.
 *
 * <p>It reads the metadata and the state files, which are small, and compares size and checksum of
 * each run in the storage: one request per file, without reading state.
 */
final class CheckpointReader {
  private final CoordinatorPorts ports;

  CheckpointReader(CoordinatorPorts ports) {
    this.ports = ports;
  }

  CheckpointMetadata metadata(FileRef file) throws RestoreRefusedException {
    return read(file, CheckpointFormat::readMetadata);
  }

  /**
   * Reads every subtask's state in a checkpoint and checks the state files. Subtasks that had
   * applied nothing are not included.
   */
  Map<SubtaskId, SubtaskSnapshot> states(JobId job, FileRef metadataFile)
      throws RestoreRefusedException {
    CheckpointMetadata metadata = metadata(metadataFile);
    Map<SubtaskId, FileRef> files = new TreeMap<>();
    for (Acknowledgement.Acknowledged acknowledged : metadata.acknowledgements()) {
      acknowledged.stateFile().ifPresent(file -> files.put(acknowledged.subtask(), file));
    }
    Map<SubtaskId, SubtaskSnapshot> states = new TreeMap<>();
    RestoreCheck.all(
        ports.fanOut(),
        files.entrySet(),
        named -> {
          FileRef file = named.getValue();
          SubtaskSnapshot snapshot =
              new SubtaskSnapshot(Optional.of(file), read(file, CheckpointFormat::readState));
          synchronized (states) {
            states.put(named.getKey(), snapshot);
          }
        });
    requireUnmarked(job, metadataFile, states.values());
    return states;
  }

  /** Requires that the scrubber has marked none of the files, because it reads them completely. */
  private void requireUnmarked(JobId job, FileRef metadata, Collection<SubtaskSnapshot> states)
      throws RestoreRefusedException {
    List<Damage> marks = ports.damages().damages(job);
    if (marks.isEmpty()) {
      return;
    }
    Set<FileRef> needed = new HashSet<>(List.of(metadata));
    for (SubtaskSnapshot snapshot : states) {
      snapshot.file().ifPresent(needed::add);
      snapshot.state().manifest().runs().forEach(run -> needed.add(run.file()));
    }
    for (Damage damage : marks) {
      if (needed.contains(damage.file())) {
        throw new DamagedCheckpointException(
            "file "
                + damage.path()
                + " was found damaged at "
                + damage.foundAt()
                + ": "
                + damage.what()
                + "; choose another checkpoint, or put an intact copy back and invoke the"
                + " scrubber, which then removes the mark");
      }
    }
  }

  /** Requires that the runs exist and are unaltered. */
  void requireRuns(Collection<SubtaskSnapshot> states) throws RestoreRefusedException {
    List<FileRef> files =
        states.stream()
            .flatMap(snapshot -> snapshot.state().manifest().runs().stream())
            .map(RunRef::file)
            .toList();
    RestoreCheck.all(ports.fanOut(), files, this::requireSame);
  }

  private void requireSame(FileRef file) throws RestoreRefusedException {
    Stored stored = ports.storage().head(file.path()).orElseThrow(() -> missing(file));
    if (stored.sizeBytes() != file.sizeBytes()) {
      throw altered(file, "it has " + stored.sizeBytes() + " bytes instead of " + file.sizeBytes());
    }
    if (stored.sha256().isPresent() && !stored.sha256().get().equals(file.sha256())) {
      throw altered(
          file, "its SHA-256 is " + stored.sha256().get() + " instead of " + file.sha256());
    }
  }

  private <T> T read(FileRef file, BiFunction<byte[], FilePath, T> format)
      throws RestoreRefusedException {
    byte[] bytes = ports.storage().get(file.path()).orElseThrow(() -> missing(file));
    if (bytes.length != file.sizeBytes() || !Sha256.of(bytes).equals(file.sha256())) {
      throw altered(file, "its SHA-256 is " + Sha256.of(bytes) + " instead of " + file.sha256());
    }
    try {
      return format.apply(bytes, file.path());
    } catch (FormatException e) {
      throw new DamagedCheckpointException(file.path() + " cannot be read: " + e.getMessage());
    }
  }

  private static DamagedCheckpointException missing(FileRef file) {
    return new DamagedCheckpointException(
        "file "
            + file.path()
            + " is missing from the checkpoint storage: choose another checkpoint");
  }

  private static DamagedCheckpointException altered(FileRef file, String how) {
    return new DamagedCheckpointException(
        "file " + file.path() + " was altered: " + how + "; choose another checkpoint");
  }
}
