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
 * <p>Reads see every completed write. Any method may throw {@link StorageException} if the storage
 * does not respond. The outcome of a {@link #put} is then unknown, and it may be repeated with the
 * same path and bytes.
 *
 * <p>A relative path is below this storage's root. An absolute path names a place of the same kind:
 * another bucket, directory or table. A path of another kind is refused with a StorageException.
 * Below its root a storage accepts both forms, and returns the relative one.
 */
public interface FileStorage {

  /**
   * Whether savepoints can be stored below this storage's root. If their owner could not copy or
   * keep them independently, every savepoint needs a directory elsewhere.
   */
  default boolean holdsSavepoints() {
    return true;
  }

  /**
   * Returns the canonical form of a path, in which paths of this storage can be compared: relative
   * if the path is below the root.
   */
  FilePath normalize(FilePath path);

  /**
   * Stores the bytes unless the path exists, atomically: exactly one of several concurrent writers
   * gets {@link Put#CREATED}.
   */
  Put put(FilePath path, byte[] bytes, Sha256 sha256);

  /**
   * Stores the bytes like {@link #put(FilePath, byte[], Sha256)}, but gives up after a time limit.
   * A storage whose writes are always fast may ignore the limit.
   *
   * @param limit the total time that the write may take; positive
   * @throws StorageException if the limit has passed; whether the file is stored is unknown then
   */
  default Put put(FilePath path, byte[] bytes, Sha256 sha256, Duration limit) {
    return put(path, bytes, sha256);
  }

  /**
   * Returns the whole file; empty if it does not exist. The bytes are not checked; the caller does
   * that.
   */
  Optional<byte[]> get(FilePath path);

  /**
   * Opens the file as a stream, for callers that do not need all of it in memory; empty if it does
   * not exist. Later failures are {@link java.io.IOException}s of the stream.
   */
  default Optional<InputStream> open(FilePath path) {
    return get(path).map(ByteArrayInputStream::new);
  }

  /**
   * Returns the storage's own metadata of the file, without reading it; empty if it does not exist.
   */
  Optional<Stored> head(FilePath path);

  /** Lists all files in this folder and its subfolders, as of the call. */
  List<Stored> list(FilePath folder);

  /**
   * Lists all files in this folder except those in its subfolder of this name. Where possible, the
   * cost does not depend on the omitted files.
   */
  default List<Stored> listExcept(FilePath folder, String name) {
    FilePath left = folder.resolve(FilePath.of(name));
    return list(folder).stream()
        .filter(file -> normalize(left).relativize(file.path()).isEmpty())
        .toList();
  }

  /** Lists the first files in this folder in the order of their paths, up to a limit. */
  default List<Stored> listFirst(FilePath folder, int limit) {
    return list(folder).stream().sorted(Comparator.comparing(Stored::path)).limit(limit).toList();
  }

  /** Deletes the file, if it exists. */
  void delete(FilePath path);

  enum Put {
    CREATED,
    ALREADY_EXISTS
  }

  /** A stored file. The checksum is the storage's own, computed over the stored bytes. */
  record Stored(FilePath path, long sizeBytes, Optional<Sha256> sha256, Instant lastModified) {}
}
