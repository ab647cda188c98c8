package dev.cairn.coordinator.scrub;

import dev.cairn.coordinator.collecting.References.Form;
import dev.cairn.coordinator.collecting.References.Needed;
import dev.cairn.state.BlockChecksum;
import dev.cairn.state.RunReader;
import dev.cairn.storage.DamagedFileException;
import dev.cairn.storage.FileRef;
import dev.cairn.storage.FileStorage;
import dev.cairn.storage.Sha256;
import dev.cairn.storage.StorageException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Optional;

/** Reads a whole file and compares it with its reference. */
final class FileInspection {
  private static final int CHUNK_BYTES = 256 * 1024;
  private static final BlockChecksum CHECKSUM = new BlockChecksum();

  private final FileStorage storage;
  private final int largestRunInMemory;

  FileInspection(FileStorage storage, int largestRunInMemory) {
    this.storage = storage;
    this.largestRunInMemory = largestRunInMemory;
  }

  /**
   * Returns what is wrong with the file; empty if it is intact.
   *
   * @throws StorageException if the storage gives no response, so that nothing is known of the file
   */
  Optional<String> damage(Needed needed) {
    FileRef file = needed.file();
    Optional<InputStream> opened = storage.open(file.path());
    if (opened.isEmpty()) {
      return Optional.of("it is missing");
    }
    boolean keeps = needed.form() == Form.RUN && file.sizeBytes() <= largestRunInMemory;
    ByteArrayOutputStream kept = new ByteArrayOutputStream(keeps ? (int) file.sizeBytes() : 0);
    MessageDigest digest = sha256();
    long size = 0;
    try (InputStream in = opened.get()) {
      byte[] chunk = new byte[CHUNK_BYTES];
      for (int read = in.read(chunk); read >= 0; read = in.read(chunk)) {
        digest.update(chunk, 0, read);
        size += read;
        // A file that is too long is damaged; the rest need not be read.
        if (keeps && size <= file.sizeBytes()) {
          kept.write(chunk, 0, read);
        }
      }
    } catch (IOException e) {
      throw new StorageException(
          "cannot read " + file.path() + " to its end: " + e.getMessage() + "; it is read again",
          e);
    }
    if (size != file.sizeBytes()) {
      return Optional.of("it has " + size + " bytes instead of " + file.sizeBytes());
    }
    Sha256 found = new Sha256(HexFormat.of().formatHex(digest.digest()));
    if (!found.equals(file.sha256())) {
      return Optional.of("its SHA-256 is " + found + " instead of " + file.sha256());
    }
    return keeps ? damageOfBlocks(file, kept.toByteArray()) : Optional.empty();
  }

  /**
   * The bytes are as they were written but are not readable: they were damaged before they were
   * hashed.
   */
  private static Optional<String> damageOfBlocks(FileRef file, byte[] run) {
    if (RunReader.isOfNewerFormat(run)) {
      return Optional.empty();
    }
    try {
      // Reading a block checks it.
      RunReader.open(run, file.path().value(), CHECKSUM).iterator().forEachRemaining(change -> {});
      return Optional.empty();
    } catch (DamagedFileException e) {
      return Optional.of("it is unaltered, but cannot be read: " + e.getMessage());
    }
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}
