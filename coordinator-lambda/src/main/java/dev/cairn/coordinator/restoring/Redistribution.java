package dev.cairn.coordinator.restoring;

import dev.cairn.checkpoint.SubtaskState;
import dev.cairn.id.ShardId;
import dev.cairn.id.SubtaskId;
import dev.cairn.state.Counts;
import dev.cairn.state.HashRange;
import dev.cairn.state.Manifest;
import dev.cairn.state.RunRef;
import dev.cairn.state.StateSchema;
import dev.cairn.storage.FileRef;
import dev.cairn.stream.Shard;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The redistribution of a checkpoint's state over the shards of a stream by hash range. A share is
 * a manifest of existing runs, each limited to the shard's hash range: no state is read or copied.
 *
 * @param shares one share for each shard of the stream
 */
record Redistribution(SortedMap<ShardId, Share> shares) {
  // An item has at most 400 KB, and an entry holds more than its manifest.
  private static final int MOST_MANIFEST_BYTES = 300_000;
  // Two bounds, a size and a hash, and the names of all these fields.
  private static final int RUN_BYTES = 260;

  /**
   * The share of a shard.
   *
   * @param counts the total counts, only in the share of the shard with the lowest hash range, so
   *     that they remain exact
   * @param from the subtasks whose state is in it
   */
  record Share(HashRange range, Manifest manifest, Counts counts, List<SubtaskId> from) {
    Share {
      from = List.copyOf(from);
    }
  }

  /**
   * @param states the states of a checkpoint of any job
   * @param shards the shards that receive all records of the stream from the restore on
   */
  static Redistribution of(Collection<SubtaskState> states, Collection<Shard> shards)
      throws RestoreRefusedException {
    List<SubtaskState> sources =
        states.stream().sorted(Comparator.comparing(SubtaskState::subtask)).toList();
    requireApart(sources);
    requireWhole(shards);
    TreeMap<String, StateSchema> schemas = new TreeMap<>();
    Counts counts = Counts.NONE;
    for (SubtaskState source : sources) {
      collect(source, schemas);
      counts = counts.plus(source.counts().applied(), source.counts().deadLettered());
    }
    SortedMap<ShardId, Share> shares = new TreeMap<>();
    for (Shard shard : sorted(shards)) {
      shares.put(
          shard.id(), share(shard, sources, schemas, shares.isEmpty() ? counts : Counts.NONE));
    }
    return new Redistribution(shares);
  }

  private static Share share(
      Shard shard,
      List<SubtaskState> sources,
      SortedMap<String, StateSchema> schemas,
      Counts counts)
      throws RestoreRefusedException {
    List<RunRef> runs = new ArrayList<>();
    List<SubtaskId> from = new ArrayList<>();
    for (SubtaskState source : sources) {
      int before = runs.size();
      // Sorted newest first within a source. Between sources there is no order, because no key is
      // in two of them.
      for (RunRef run : source.manifest().runs()) {
        run.range()
            .intersection(shard.range())
            .ifPresent(part -> runs.add(new RunRef(run.file(), part)));
      }
      if (runs.size() > before) {
        from.add(source.subtask());
      }
    }
    requireFits(shard, runs);
    Manifest manifest =
        runs.isEmpty() ? Manifest.EMPTY : new Manifest(runs, List.copyOf(schemas.values()));
    return new Share(shard.range(), manifest, counts, from);
  }

  private static void collect(SubtaskState source, SortedMap<String, StateSchema> schemas)
      throws RestoreRefusedException {
    for (StateSchema schema : source.manifest().schemas()) {
      StateSchema other = schemas.putIfAbsent(schema.name(), schema);
      if (other == null || other.equals(schema)) {
        continue;
      }
      Optional<StateSchema> both = covering(other, schema).or(() -> covering(schema, other));
      if (both.isPresent()) {
        schemas.put(schema.name(), both.get());
      } else {
        throw new RestoreRefusedException(
            "state \""
                + schema.name()
                + "\" is "
                + schema
                + " in "
                + source.subtask().name()
                + " and "
                + other
                + " in another subtask of the checkpoint, and one shard cannot have both; take a"
                + " savepoint once all of them run the same code");
      }
    }
  }

  /** Returns a schema for both, if values of the first can be read as the second. */
  private static Optional<StateSchema> covering(StateSchema stored, StateSchema declared) {
    return switch (stored.to(declared)) {
      case StateSchema.SchemaChange.Accepted accepted -> Optional.of(accepted.schema());
      case StateSchema.SchemaChange.Refused r -> Optional.empty();
    };
  }

  private static void requireApart(List<SubtaskState> sources) throws RestoreRefusedException {
    Optional<SubtaskState> last = Optional.empty();
    for (SubtaskState source :
        sources.stream()
            .sorted(Comparator.comparing((SubtaskState one) -> one.origin().range().from()))
            .toList()) {
      if (last.isPresent()
          && source.origin().range().intersection(last.get().origin().range()).isPresent()) {
        throw new RestoreRefusedException(
            last.get().subtask().name()
                + " and "
                + source.subtask().name()
                + " both have state of the same keys in this checkpoint, so it cannot be"
                + " redistributed");
      }
      last = Optional.of(source);
    }
  }

  private static void requireWhole(Collection<Shard> shards) throws RestoreRefusedException {
    Optional<Shard> last = Optional.empty();
    for (Shard shard : sorted(shards)) {
      boolean isNext =
          last.isEmpty()
              ? shard.range().from().equals(HashRange.ALL.from())
              : last.get().range().isRightBefore(shard.range());
      if (!isNext) {
        throw incomplete();
      }
      last = Optional.of(shard);
    }
    if (last.filter(shard -> shard.range().to().equals(HashRange.ALL.to())).isEmpty()) {
      throw incomplete();
    }
  }

  private static RestoreRefusedException incomplete() {
    return new RestoreRefusedException(
        "the shards that the stream lists for that place do not make up the whole hash space, each"
            + " key once; if the stream was split or merged just now, try again in a minute");
  }

  private static List<Shard> sorted(Collection<Shard> shards) {
    return shards.stream()
        .sorted(Comparator.comparing((Shard shard) -> shard.range().from()))
        .toList();
  }

  private static void requireFits(Shard shard, List<RunRef> runs) throws RestoreRefusedException {
    long bytes =
        runs.stream()
            .map(RunRef::file)
            .map(FileRef::path)
            .mapToLong(path -> path.value().length() + RUN_BYTES)
            .sum();
    if (bytes > MOST_MANIFEST_BYTES) {
      throw new RestoreRefusedException(
          shard.id()
              + " would begin with "
              + runs.size()
              + " runs, more than an entry of its journal can name: restore into a stream with more"
              + " shards, or a savepoint, which has one run for each subtask");
    }
  }
}
