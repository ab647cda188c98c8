package dev.cairn.function;

/**
 * Flink's live state on a container's disk. Cairn has no such backend yet and refuses it by name
 * where it is set.
 */
public record EmbeddedRocksDBStateBackend(boolean incremental) implements StateBackend {

  public EmbeddedRocksDBStateBackend() {
    this(false);
  }
}
