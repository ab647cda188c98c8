package dev.cairn.cli.rescale;

import dev.cairn.cli.status.Lag;
import dev.cairn.cli.status.PipelineSurvey.ShardLag;
import dev.cairn.cli.status.SubtaskFacts;
import dev.cairn.coordinator.journals.JournalTail;
import dev.cairn.coordinator.resharding.ShardTree;
import dev.cairn.coordinator.resharding.ShardTree.Node;
import dev.cairn.id.JobId;
import dev.cairn.id.Position;
import dev.cairn.id.SubtaskId;
import dev.cairn.job.CheckpointStore;
import dev.cairn.job.Job;
import dev.cairn.journal.Entry;
import dev.cairn.journal.Journal;
import dev.cairn.state.StartPosition;
import dev.cairn.stream.Shard;
import dev.cairn.stream.StreamException;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/** Reads a job's shards from its journals and from its stream. */
public final class JournaledShards implements FollowedShards {
  private final JobId id;
  private final CheckpointStore store;
  private final Journal journal;
  private final Supplier<List<Shard>> listing;
  private final ShardLag lags;

  /**
   * @param listing lists the stream's shards; empty if the stream cannot list them now
   */
  public JournaledShards(
      JobId id,
      CheckpointStore store,
      Journal journal,
      Supplier<List<Shard>> listing,
      ShardLag lags) {
    this.id = id;
    this.store = store;
    this.journal = journal;
    this.listing = listing;
    this.lags = lags;
  }

  @Override
  public Optional<View> read() {
    return store.job(id).map(job -> new View(job.status(), tree(job)));
  }

  private Optional<ShardTree> tree(Job job) {
    List<Shard> listed = list();
    return listed.isEmpty()
        ? Optional.empty()
        : Optional.of(
            ShardTree.of(
                job.epoch(),
                store.subtasks(id).stream().flatMap(subtask -> tail(subtask).stream()).toList(),
                listed));
  }

  private Optional<JournalTail> tail(SubtaskId subtask) {
    List<Entry> entries = journal.fromLastBase(subtask);
    return entries.isEmpty()
        ? Optional.empty()
        : Optional.of(new SubtaskFacts(subtask, entries).tail());
  }

  private List<Shard> list() {
    try {
      return listing.get();
    } catch (StreamException e) {
      // Kinesis throttles or does not respond; a command that waits looks again.
      return List.of();
    }
  }

  @Override
  public Lag lag(Node shard) {
    Position position =
        shard.tail().map(tail -> tail.head().position()).orElse(Position.beginning());
    StartPosition start =
        shard
            .tail()
            .map(tail -> tail.base().origin().start())
            .orElse(new StartPosition.TrimHorizon());
    return lags.of(shard.id(), position, start);
  }
}
