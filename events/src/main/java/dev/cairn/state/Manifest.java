package dev.cairn.state;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

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

  /**
   * Returns the manifest of the part of a state that lies in a range: the runs, restricted to it.
   * Nothing is read or copied. A state of which no run reaches into the range is empty there.
   */
  public Manifest within(HashRange range) {
    List<RunRef> part =
        runs.stream()
            .flatMap(
                run ->
                    run
                        .range()
                        .intersection(range)
                        .map(both -> new RunRef(run.file(), both))
                        .stream())
            .toList();
    return part.isEmpty() ? EMPTY : new Manifest(part, schemas);
  }

  /**
   * Returns the manifest of states that have no key in common, as one state.
   *
   * @throws ConflictingSchemasException if one state has different types in two of them, and
   *     neither type can be read as the other
   */
  public static Manifest union(List<Manifest> parts) {
    Map<String, StateSchema> schemas = new TreeMap<>();
    List<RunRef> runs = new ArrayList<>();
    for (Manifest part : parts) {
      // Newest first within a part. Between parts there is no order: no key is in two of them.
      runs.addAll(part.runs);
      for (StateSchema schema : part.schemas) {
        schemas.merge(schema.name(), schema, Manifest::covering);
      }
    }
    return new Manifest(runs, List.copyOf(schemas.values()));
  }

  /** The schema of what is stored as either. */
  private static StateSchema covering(StateSchema one, StateSchema other) {
    return one.equals(other)
        ? one
        : readAs(one, other)
            .or(() -> readAs(other, one))
            .orElseThrow(() -> new ConflictingSchemasException(one, other));
  }

  private static Optional<StateSchema> readAs(StateSchema stored, StateSchema declared) {
    return switch (stored.to(declared)) {
      case StateSchema.SchemaChange.Accepted accepted -> Optional.of(accepted.schema());
      case StateSchema.SchemaChange.Refused r -> Optional.empty();
    };
  }

  /** Returns the size of all its files in bytes. */
  public long sizeBytes() {
    return runs.stream().mapToLong(run -> run.file().sizeBytes()).sum();
  }
}
