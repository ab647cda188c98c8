package dev.cairn.deployment;

import dev.cairn.s3.S3FileStorage;
import dev.cairn.storage.FilePath;
import dev.cairn.storage.FileStorage;
import dev.cairn.storage.Sha256;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import software.amazon.awssdk.services.s3.S3Client;

/**
 * A storage for a job's files inside its table, which also accesses files in S3 by their absolute
 * paths.
 */
record InlineBesideS3(FileStorage table, Supplier<S3Client> s3) implements FileStorage {

  private FileStorage storageOf(FilePath path) {
    return path.absolute().filter(place -> place.scheme().equals("s3")).isPresent()
        ? S3FileStorage.everywhere(s3.get())
        : table;
  }

  @Override
  public boolean holdsSavepoints() {
    return table.holdsSavepoints();
  }

  @Override
  public FilePath normalize(FilePath path) {
    return table.normalize(path);
  }

  @Override
  public Put put(FilePath path, byte[] bytes, Sha256 sha256) {
    return storageOf(path).put(path, bytes, sha256);
  }

  @Override
  public Put put(FilePath path, byte[] bytes, Sha256 sha256, Duration limit) {
    return storageOf(path).put(path, bytes, sha256, limit);
  }

  @Override
  public Optional<byte[]> get(FilePath path) {
    return storageOf(path).get(path);
  }

  @Override
  public Optional<Stored> head(FilePath path) {
    return storageOf(path).head(path);
  }

  @Override
  public List<Stored> list(FilePath folder) {
    return storageOf(folder).list(folder);
  }

  @Override
  public List<Stored> listExcept(FilePath folder, String name) {
    return storageOf(folder).listExcept(folder, name);
  }

  @Override
  public List<Stored> listFirst(FilePath folder, int limit) {
    return storageOf(folder).listFirst(folder, limit);
  }

  @Override
  public void delete(FilePath path) {
    storageOf(path).delete(path);
  }
}
