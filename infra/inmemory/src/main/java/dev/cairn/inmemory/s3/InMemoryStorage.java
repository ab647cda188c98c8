package dev.cairn.inmemory.s3;

import dev.cairn.storage.FilePath;
import dev.cairn.storage.FileStorage;
import dev.cairn.storage.Sha256;
import dev.cairn.storage.StorageException;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;

/**
 * A file storage in memory that behaves like S3, and whose files can be damaged on purpose: a
 * damaged file's checksum is that of its damaged bytes.
 *
 * <p>The root is {@link #ROOT}; other roots, such as {@code memory://elsewhere}, stand for other
 * buckets.
 */
public class InMemoryStorage implements FileStorage {
  public static final FilePath ROOT = new FilePath("memory://storage");

  private final Supplier<Instant> clock;
  private final NavigableMap<FilePath, StoredFile> files = new TreeMap<>();

  /**
   * @param clock the modification time of files
   */
  public InMemoryStorage(Supplier<Instant> clock) {
    this.clock = clock;
  }

  private record StoredFile(byte[] bytes, Sha256 sha256, Instant lastModified) {
    static StoredFile of(byte[] bytes, Instant lastModified) {
      return new StoredFile(bytes, Sha256.of(bytes), lastModified);
    }

    Stored describe(FilePath path) {
      return new Stored(path, bytes.length, Optional.of(sha256), lastModified);
    }
  }

  @Override
  public FilePath normalize(FilePath path) {
    return ROOT.relativize(path).orElse(path);
  }

  private FilePath known(FilePath path) {
    FilePath known = normalize(path);
    if (known.absolute().filter(place -> !place.scheme().equals("memory")).isPresent()) {
      throw new StorageException(
          "cannot use " + path + ": this checkpoint storage is in memory; name it as memory://…");
    }
    return known;
  }

  @Override
  public synchronized Put put(FilePath path, byte[] bytes, Sha256 sha256) {
    // S3 verifies the checksum before it looks at the condition.
    StoredFile stored = StoredFile.of(bytes.clone(), clock.get());
    if (!stored.sha256().equals(sha256)) {
      throw new StorageException(
          path
              + " was not stored: its "
              + bytes.length
              + " bytes do not have the SHA-256 "
              + sha256
              + " that came with them");
    }
    return files.putIfAbsent(known(path), stored) == null ? Put.CREATED : Put.ALREADY_EXISTS;
  }

  @Override
  public synchronized Optional<byte[]> get(FilePath path) {
    return file(path).map(file -> file.bytes().clone());
  }

  @Override
  public synchronized Optional<Stored> head(FilePath path) {
    return file(path).map(file -> file.describe(known(path)));
  }

  @Override
  public synchronized List<Stored> list(FilePath folder) {
    String prefix = known(folder).value() + "/";
    boolean isRoot = folder.equals(ROOT);
    return files.entrySet().stream()
        .filter(
            file -> isRoot ? !file.getKey().isAbsolute() : file.getKey().value().startsWith(prefix))
        .map(file -> file.getValue().describe(file.getKey()))
        .toList();
  }

  @Override
  public synchronized void delete(FilePath path) {
    files.remove(known(path));
  }

  private Optional<StoredFile> file(FilePath path) {
    return Optional.ofNullable(files.get(known(path)));
  }

  /** Returns the paths of all files, sorted. */
  public synchronized List<FilePath> paths() {
    return List.copyOf(files.keySet());
  }

  /**
   * Damages a file by flipping one bit.
   *
   * @param bit from 0 to 8 times its size in bytes, exclusive
   */
  public synchronized void flipBit(FilePath path, long bit) {
    damage(
        path,
        bytes -> {
          bytes[Math.toIntExact(bit / 8)] ^= (byte) (1 << (bit % 8));
          return bytes;
        });
  }

  /** Damages a file by truncating it. */
  public synchronized void truncate(FilePath path, int sizeBytes) {
    damage(path, bytes -> Arrays.copyOf(bytes, Math.min(bytes.length, sizeBytes)));
  }

  private void damage(FilePath path, UnaryOperator<byte[]> change) {
    StoredFile file =
        file(path)
            .orElseThrow(
                () -> new IllegalArgumentException("there is no file " + path + " to damage"));
    files.put(known(path), StoredFile.of(change.apply(file.bytes().clone()), file.lastModified()));
  }
}
