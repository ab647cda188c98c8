package dev.cairn.local.cost;

import dev.cairn.storage.FilePath;
import dev.cairn.storage.FileStorage;
import dev.cairn.storage.Sha256;
import java.util.List;
import java.util.Optional;

/** A storage whose calls are counted as the requests that S3's adapter makes for them. */
record CountedStorage(FileStorage there, Meter meter) implements FileStorage {
  private static final int PAGE = 1000;

  @Override
  public FilePath normalize(FilePath path) {
    return there.normalize(path);
  }

  @Override
  public Put put(FilePath path, byte[] bytes, Sha256 sha256) {
    meter.s3Write("PUT");
    return there.put(path, bytes, sha256);
  }

  @Override
  public Optional<byte[]> get(FilePath path) {
    meter.s3Read("GET");
    return there.get(path);
  }

  @Override
  public Optional<Stored> head(FilePath path) {
    meter.s3Read("HEAD");
    return there.head(path);
  }

  @Override
  public List<Stored> list(FilePath folder) {
    return counted(there.list(folder));
  }

  /** S3's adapter begins a second list behind what it leaves out. */
  @Override
  public List<Stored> listExcept(FilePath folder, String name) {
    meter.s3Write("LIST");
    return counted(there.listExcept(folder, name));
  }

  @Override
  public List<Stored> listFirst(FilePath folder, int limit) {
    meter.s3Write("LIST");
    return there.listFirst(folder, limit);
  }

  private List<Stored> counted(List<Stored> files) {
    for (int listed = 0; listed <= files.size(); listed += PAGE) {
      meter.s3Write("LIST");
    }
    return files;
  }

  @Override
  public void delete(FilePath path) {
    meter.s3Delete();
    there.delete(path);
  }
}
