package dev.cairn.state;

import java.util.List;

/**
 * The content of a state: its runs, newest first, and the schemas of the states in them, sorted by
 * name.
 */
public record Manifest(List<RunRef> runs, List<StateSchema> schemas) {
  public static final Manifest EMPTY = new Manifest(List.of(), List.of());

  public Manifest {
    runs = List.copyOf(runs);
    schemas = List.copyOf(schemas);
  }

  /** Returns the size of all its files in bytes. */
  public long sizeBytes() {
    return runs.stream().mapToLong(run -> run.file().sizeBytes()).sum();
  }
}
