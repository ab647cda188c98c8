package dev.cairn.storage;

import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * Files that are written once and never changed: S3, or a directory that behaves like it.
 *
 * <p>Reads see every completed write. Any method may throw {@link StorageException} when the
 * storage does not answer; the outcome of a {@link #put} is unknown then, and may be tried again
 * with the same path and bytes.
 *
 * <p>A relative path lies below this storage's root. An absolute one names a place of the same
 * kind: another bucket, directory or table. A path of another kind is refused with a
 * StorageException. Below its own root a storage knows a file by either path, and answers with the
 * relative one.
 */
public interface FileStorage {

  /**
   * Whether a savepoint can lie below this storage's root. Not where its owner could neither copy
   * nor keep it by itself: then every savepoint needs a directory elsewhere.
   */
  default boolean holdsSavepoints() {
    return true;
  }

  /**
   * The one form of a path by which this storage's answers can be compared: relative if it lies
   * below its root, however it was written.
   */
  FilePath normalize(FilePath path);

  /**
   * Stores the bytes unless the path is taken, atomically: of racing writers exactly one is told
   * {@link Put#CREATED}.
   */
  Put put(FilePath path, byte[] bytes, Sha256 sha256);

  /**
   * Stores the bytes as {@link #put(FilePath, byte[], Sha256)} does, and gives up when the limit
   * has passed. A storage whose writes are always quick may ignore the limit.
   *
   * @param limit how long the write may take in all; positive
   * @throws StorageException if the limit has passed; whether the file is stored is unknown then
   */
  default Put put(FilePath path, byte[] bytes, Sha256 sha256, Duration limit) {
    return put(path, bytes, sha256);
  }

  /**
   * The whole file, or empty if there is none. The bytes are as stored: whoever reads them checks
   * them.
   */
  Optional<byte[]> get(FilePath path);

  /**
   * The file's bytes as they come, for whoever does not want all of them in memory; empty if there
   * is none. What fails on the way is an {@link java.io.IOException} of the stream.
   */
  default Optional<InputStream> open(FilePath path) {
    return get(path).map(ByteArrayInputStream::new);
  }

  /** What the storage itself knows of the file, without reading it; empty if there is none. */
  Optional<Stored> head(FilePath path);

  /** Every file whose path starts with this folder, at the time of the call. */
  List<Stored> list(FilePath folder);

  /**
   * Every file below this folder, except what lies in the folder of this name right below it. Its
   * cost does not depend on what is left out, where the storage can help it.
   */
  default List<Stored> listExcept(FilePath folder, String name) {
    FilePath left = folder.resolve(FilePath.of(name));
    return list(folder).stream()
        .filter(file -> normalize(left).relativize(file.path()).isEmpty())
        .toList();
  }

  /** The first files below this folder in the order of their paths, so many at most. */
  default List<Stored> listFirst(FilePath folder, int limit) {
    return list(folder).stream().sorted(Comparator.comparing(Stored::path)).limit(limit).toList();
  }

  /** Deletes the file; without one, does nothing. */
  void delete(FilePath path);

  enum Put {
    CREATED,
    ALREADY_EXISTS
  }

  /** A stored file: the checksum is the storage's own, over the bytes that it holds. */
  record Stored(FilePath path, long sizeBytes, Optional<Sha256> sha256, Instant lastModified) {}
}
