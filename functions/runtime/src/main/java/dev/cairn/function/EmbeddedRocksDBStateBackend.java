package dev.cairn.function;

/**
 * Flink's live state on a container's disk. It is refused by name where it is set: there is no such
 * backend yet.
 */
public record EmbeddedRocksDBStateBackend(boolean incremental) implements StateBackend {

  public EmbeddedRocksDBStateBackend() {
    this(false);
  }
}
