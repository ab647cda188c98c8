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
import java.util.function.Function;

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
        id, job, checkpoints, acknowledgements, subtasks, stream, damages.damages(id), now);
  }

  /** Lists the stream's shards and measures each one's lag: one read of one record a shard. */
  public static StreamFacts read(Readable stream, List<SubtaskFacts> subtasks) {
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
    return new StreamFacts.Listed(stream.name(), shards, retention, lags);
  }
}
