package dev.cairn.simulation;

import dev.cairn.storage.FilePath;
import dev.cairn.storage.FileStorage;
import dev.cairn.storage.Sha256;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** A storage behind a simulated network. */
record WiredStorage(Wire wire, FileStorage there) implements FileStorage {
  @Override
  public FilePath normalize(FilePath path) {
    return there.normalize(path);
  }

  @Override
  public Put put(FilePath path, byte[] bytes, Sha256 sha256) {
    return wire.storageWrite("put", () -> there.put(path, bytes, sha256));
  }

  @Override
  public Put put(FilePath path, byte[] bytes, Sha256 sha256, Duration limit) {
    return wire.storageWrite("put", () -> there.put(path, bytes, sha256, limit));
  }

  @Override
  public Optional<byte[]> get(FilePath path) {
    return wire.storage("get", () -> there.get(path));
  }

  @Override
  public Optional<Stored> head(FilePath path) {
    return wire.storage("head", () -> there.head(path));
  }

  @Override
  public List<Stored> list(FilePath folder) {
    return wire.storage("list", () -> there.list(folder));
  }

  @Override
  public List<Stored> listExcept(FilePath folder, String name) {
    return wire.storage("list", () -> there.listExcept(folder, name));
  }

  @Override
  public List<Stored> listFirst(FilePath folder, int limit) {
    return wire.storage("list", () -> there.listFirst(folder, limit));
  }

  @Override
  public void delete(FilePath path) {
    wire.storageWrite(
        "delete",
        () -> {
          there.delete(path);
          return path;
        });
  }
}
