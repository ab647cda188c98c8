package dev.cairn.simulation;

import dev.cairn.storage.FilePath;
import dev.cairn.storage.FileStorage;
import dev.cairn.storage.Sha256;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.UnaryOperator;

/**
 * A storage in which some files are temporarily damaged: with a flipped bit, truncated, or missing.
 */
final class DamagedStorage implements FileStorage {
  private final FileStorage sound;
  private final TreeMap<FilePath, UnaryOperator<Optional<byte[]>>> damages = new TreeMap<>();

  DamagedStorage(FileStorage sound) {
    this.sound = sound;
  }

  void flip(FilePath path, int bit) {
    damages.put(
        path,
        file ->
            file.map(
                bytes -> {
                  byte[] flipped = bytes.clone();
                  int at = bit % (bytes.length * 8);
                  flipped[at / 8] ^= (byte) (1 << (at % 8));
                  return flipped;
                }));
  }

  void truncate(FilePath path) {
    damages.put(path, file -> file.map(bytes -> Arrays.copyOf(bytes, bytes.length / 2)));
  }

  void lose(FilePath path) {
    damages.put(path, file -> Optional.empty());
  }

  void repair() {
    damages.clear();
  }

  boolean isDamaged() {
    return !damages.isEmpty();
  }

  @Override
  public FilePath normalize(FilePath path) {
    return sound.normalize(path);
  }

  @Override
  public Put put(FilePath path, byte[] bytes, Sha256 sha256) {
    return sound.put(path, bytes, sha256);
  }

  @Override
  public Optional<byte[]> get(FilePath path) {
    UnaryOperator<Optional<byte[]>> damage =
        damages.getOrDefault(sound.normalize(path), file -> file);
    return damage.apply(sound.get(path));
  }

  @Override
  public Optional<Stored> head(FilePath path) {
    return sound
        .head(path)
        .flatMap(
            stored ->
                get(path)
                    .map(
                        bytes ->
                            new Stored(
                                path,
                                bytes.length,
                                Optional.of(Sha256.of(bytes)),
                                stored.lastModified())));
  }

  @Override
  public List<Stored> list(FilePath folder) {
    return sound.list(folder);
  }

  @Override
  public void delete(FilePath path) {
    sound.delete(path);
  }
}
