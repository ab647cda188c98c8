package dev.cairn.local.demo;

import dev.cairn.cli.demo.StreamMailbox;
import dev.cairn.cli.demo.StreamMailbox.ListedShard;
import dev.cairn.cli.demo.StreamMailbox.Request;
import dev.cairn.cli.demo.StreamMailbox.Response;
import dev.cairn.id.Position;
import dev.cairn.id.ShardId;
import dev.cairn.id.SubtaskId;
import dev.cairn.inmemory.kinesis.LocalStream;
import dev.cairn.inmemory.kinesis.ShardLimitException;
import dev.cairn.journal.Entry;
import dev.cairn.stream.Shard;
import dev.cairn.stream.StreamRecord;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** Responds to what other processes request of the demo's stream. */
final class StreamRequests {
  private final Pipeline pipeline;

  StreamRequests(Pipeline pipeline) {
    this.pipeline = pipeline;
  }

  void serve(StreamMailbox mailbox) {
    mailbox.serve(this::respond);
  }

  private Response respond(Request request) {
    Optional<String> limit = request.shards().flatMap(this::scale);
    return new Response(stream().listed().stream().map(this::listed).toList(), limit);
  }

  private LocalStream stream() {
    return pipeline.stream();
  }

  /** Returns the reason if the stream refuses the number. */
  private Optional<String> scale(int shards) {
    try {
      stream().updateShardCount(shards);
      return Optional.empty();
    } catch (ShardLimitException e) {
      return Optional.of(String.valueOf(e.getMessage()));
    }
  }

  private ListedShard listed(Shard shard) {
    return new ListedShard(shard, waitingSince(shard.id()));
  }

  private Optional<Instant> waitingSince(ShardId shard) {
    SubtaskId subtask =
        new SubtaskId(pipeline.settings().job(), pipeline.settings().stage(), shard);
    List<Entry> journal = pipeline.journal().fromLastBase(subtask);
    Position position =
        journal.isEmpty() ? Position.beginning() : journal.getLast().header().position();
    return stream().after(shard, position, 1).stream().map(StreamRecord::arrival).findFirst();
  }
}
