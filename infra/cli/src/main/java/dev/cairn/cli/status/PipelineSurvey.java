package dev.cairn.cli.status;

import dev.cairn.checkpoint.Acknowledgement;
import dev.cairn.checkpoint.Checkpoint;
import dev.cairn.damage.DamageMarks;
import dev.cairn.id.JobId;
import dev.cairn.id.Position;
import dev.cairn.id.ShardId;
import dev.cairn.job.CheckpointStore;
import dev.cairn.job.Job;
import dev.cairn.journal.Entry;
import dev.cairn.journal.Journal;
import dev.cairn.state.StartPosition;
import dev.cairn.stream.Shard;
import dev.cairn.stream.StreamReader;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;

/** Reads all facts about a pipeline, without writing. */
public final class PipelineSurvey {
  private final Journal journal;
  private final CheckpointStore store;
  private final DamageMarks damages;
  private final InstantSource clock;

  public PipelineSurvey(
      Journal journal, CheckpointStore store, DamageMarks damages, InstantSource clock) {
    this.journal = journal;
    this.store = store;
    this.damages = damages;
    this.clock = clock;
  }

  /** A readable stream, with its shards and the lag at a position. */
  public record Readable(String name, StreamReader reader, ShardLag lag) {}

  /** How far behind a shard's end a position is. */
  @FunctionalInterface
  public interface ShardLag {
    Lag of(ShardId shard, Position position, StartPosition start);
  }

  /**
   * Reads it.
   *
   * @param reading reads the stream, told where the subtasks are
   */
  public PipelineFacts of(JobId id, Function<List<SubtaskFacts>, StreamFacts> reading) {
    Optional<Job> job = store.job(id);
    List<Checkpoint> checkpoints = store.checkpoints(id);
    List<Acknowledgement> acknowledgements =
        checkpoints.stream()
            .filter(Checkpoint.Pending.class::isInstance)
            .map(Checkpoint.Pending.class::cast)
            .findFirst()
            .map(store::acknowledgements)
            .orElse(List.of());
    List<SubtaskFacts> subtasks =
        store.subtasks(id).stream()
            .map(subtask -> Map.entry(subtask, journal.fromLastBase(subtask)))
            .filter(read -> !read.getValue().isEmpty())
            .map(read -> new SubtaskFacts(read.getKey(), read.getValue()))
            .toList();
    StreamFacts stream = reading.apply(subtasks);
    Instant now = clock.instant();
    return new PipelineFacts(
        id,
        job,
        checkpoints,
        acknowledgements,
        subtasks,
        store.countsOfRetired(id),
        stream,
        damages.damages(id),
        now);
  }

  /**
   * Lists the stream's shards and measures each one's lag: one read of one record a shard. The
   * shards are listed once more if one is closed that the job has not read to its end.
   */
  public static StreamFacts read(Readable stream, List<SubtaskFacts> subtasks, Instant now) {
    List<Shard> shards = stream.reader().shards();
    Duration retention = stream.reader().retention();
    Map<ShardId, Position> positions = new HashMap<>();
    // All shards have the same start, including shards that were not opened yet.
    StartPosition start = new StartPosition.TrimHorizon();
    for (SubtaskFacts subtask : subtasks) {
      positions.put(subtask.id().shard(), subtask.head().position());
      if (subtask.fromLastBase().getFirst() instanceof Entry.Base base) {
        start = base.origin().start();
      }
    }
    Map<ShardId, Lag> lags = new HashMap<>();
    for (Shard shard : shards) {
      Position position = positions.getOrDefault(shard.id(), Position.beginning());
      lags.put(shard.id(), stream.lag().of(shard.id(), position, start));
    }
    return new StreamFacts.Listed(
        stream.name(),
        shards,
        retention,
        lags,
        closedLongAgo(stream.reader(), shards, positions, now));
  }

  /**
   * Kinesis does not tell when a shard was closed, only which shards were open at a time. Shards
   * that are read to their end do not matter.
   */
  private static Set<ShardId> closedLongAgo(
      StreamReader reader, List<Shard> shards, Map<ShardId, Position> positions, Instant now) {
    Set<ShardId> closed =
        shards.stream().flatMap(shard -> shard.parents().stream()).collect(Collectors.toSet());
    closed.retainAll(shards.stream().map(Shard::id).toList());
    closed.removeIf(shard -> Position.end().equals(positions.get(shard)));
    if (closed.isEmpty()) {
      return Set.of();
    }
    StartPosition then = new StartPosition.AtTimestamp(now.minus(StreamFacts.LONG_AGO));
    Set<ShardId> openSince =
        reader.shardsOpenAt(then).stream().map(Shard::id).collect(Collectors.toSet());
    if (openSince.isEmpty()) {
      // The stream is younger than that.
      return Set.of();
    }
    // A shard that was created later came from one that was open then.
    boolean isGrowing = true;
    while (isGrowing) {
      isGrowing =
          openSince.addAll(
              shards.stream()
                  .filter(shard -> shard.parents().stream().anyMatch(openSince::contains))
                  .map(Shard::id)
                  .toList());
    }
    closed.removeAll(openSince);
    return closed;
  }
}
