package dev.cairn.function;

import java.net.URI;

/**
 * Flink's older name for live state on a container's disk. Cairn has no such backend yet and
 * refuses it by name where it is set.
 */
public record RocksDBStateBackend(String directory, boolean incremental) implements StateBackend {

  public RocksDBStateBackend(String directory) {
    this(directory, false);
  }

  public RocksDBStateBackend(StateBackend checkpoints) {
    this("", false);
  }

  public RocksDBStateBackend(URI directory) {
    this(directory, false);
  }

  public RocksDBStateBackend(URI directory, boolean incremental) {
    this(directory.toString(), incremental);
  }
}
