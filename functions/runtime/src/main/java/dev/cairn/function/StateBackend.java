package dev.cairn.function;

import java.util.Optional;

/**
 * Where live state is, as Flink's {@code StateBackend} given as an instance.
 *
 * <p>Live state is on the heap. Flink's two older heap backends also said where checkpoints lie,
 * and do so here. A backend that does not exist here can be constructed, so that a program of
 * Flink's compiles, and is refused by name where it is set.
 */
public sealed interface StateBackend
    permits HashMapStateBackend,
        MemoryStateBackend,
        FsStateBackend,
        RocksDBStateBackend,
        EmbeddedRocksDBStateBackend {

  /**
   * The checkpoint storage that comes with the backend; empty where the backend has none.
   *
   * @throws IllegalArgumentException if there is no such backend, by its name
   */
  private Optional<CheckpointStorage> ownStorage() {
    return switch (this) {
      case HashMapStateBackend b -> Optional.empty();
      case MemoryStateBackend(int maxStateSize) ->
          Optional.of(new JobManagerCheckpointStorage(maxStateSize));
      case FsStateBackend(FileSystemCheckpointStorage storage) -> Optional.of(storage);
      case RocksDBStateBackend b -> throw missing("RocksDBStateBackend");
      case EmbeddedRocksDBStateBackend b -> throw missing("EmbeddedRocksDBStateBackend");
    };
  }

  private static IllegalArgumentException missing(String name) {
    return new IllegalArgumentException(
        name
            + " is not possible here: there is no RocksDB backend yet, so live state has to fit into"
            + " the function's memory; set new HashMapStateBackend(), or leave it out");
  }

  /**
   * The checkpoint storage of a backend.
   *
   * @throws IllegalArgumentException if there is no such backend, by its name
   */
  static Optional<CheckpointStorage> storageOf(StateBackend backend) {
    return backend.ownStorage();
  }
}
