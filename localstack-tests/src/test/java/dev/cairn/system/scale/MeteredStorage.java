package dev.cairn.system.scale;

import dev.cairn.inmemory.s3.InMemoryStorage;
import dev.cairn.storage.FilePath;
import dev.cairn.storage.FileStorage;
import dev.cairn.storage.Sha256;
import dev.cairn.system.scale.Quotas.Quota;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.BiConsumer;

/** A storage that takes its time, and tells of each request. */
record MeteredStorage(
    InMemoryStorage there, VirtualTime time, BiConsumer<Quota, FilePath> requested)
    implements FileStorage {
  private static final Duration WRITE = Duration.ofMillis(40);
  private static final Duration READ = Duration.ofMillis(25);
  private static final int LISTED_AT_ONCE = 1_000;

  @Override
  public FilePath normalize(FilePath path) {
    return there.normalize(path);
  }

  @Override
  public Put put(FilePath path, byte[] bytes, Sha256 sha256) {
    request(Quota.S3_WRITES, path, WRITE);
    return there.put(path, bytes, sha256);
  }

  @Override
  public Optional<byte[]> get(FilePath path) {
    request(Quota.S3_READS, path, READ);
    return there.get(path);
  }

  @Override
  public Optional<Stored> head(FilePath path) {
    request(Quota.S3_READS, path, READ);
    return there.head(path);
  }

  @Override
  public List<Stored> list(FilePath folder) {
    List<Stored> listed = there.list(folder);
    for (int page = 0; page <= listed.size() / LISTED_AT_ONCE; page++) {
      request(Quota.S3_WRITES, folder, WRITE);
    }
    return listed;
  }

  @Override
  public void delete(FilePath path) {
    request(Quota.S3_WRITES, path, WRITE);
    there.delete(path);
  }

  private void request(Quota quota, FilePath path, Duration usual) {
    time.call(usual);
    requested.accept(quota, path);
  }
}
