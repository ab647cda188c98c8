package dev.cairn.cli.inspect;

import dev.cairn.state.BlockChecksum;
import dev.cairn.state.RunReader;
import dev.cairn.state.RunRef;
import dev.cairn.storage.DamagedFileException;
import dev.cairn.storage.FileRef;
import dev.cairn.storage.FileStorage;
import dev.cairn.storage.Sha256;

/** Reads whole files, and checks size and hash against their references. */
final class VerifiedFileReader {
  private static final BlockChecksum CHECKSUM = new BlockChecksum();

  private final FileStorage storage;

  VerifiedFileReader(FileStorage storage) {
    this.storage = storage;
  }

  /**
   * A file that something refers to is not in the storage: collected since the reference was read,
   * or lost.
   */
  static final class FileGoneException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    FileGoneException(FileRef file) {
      super(file.path() + " (" + file.sizeBytes() + " bytes) is not in the checkpoint storage");
    }
  }

  /**
   * The file's bytes.
   *
   * @throws FileGoneException if it does not exist
   * @throws DamagedFileException if it was altered
   */
  byte[] read(FileRef file) {
    byte[] bytes = storage.get(file.path()).orElseThrow(() -> new FileGoneException(file));
    if (bytes.length != file.sizeBytes()) {
      throw new DamagedFileException(
          file.path() + " has " + bytes.length + " bytes, not " + file.sizeBytes());
    }
    Sha256 found = Sha256.of(bytes);
    if (!found.equals(file.sha256())) {
      throw new DamagedFileException(
          file.path() + " has SHA-256 " + found + ", not " + file.sha256());
    }
    return bytes;
  }

  RunReader open(RunRef run) {
    return RunReader.open(read(run.file()), run.file().path().value(), CHECKSUM)
        .within(run.range());
  }

  static BlockChecksum checksum() {
    return CHECKSUM;
  }
}
