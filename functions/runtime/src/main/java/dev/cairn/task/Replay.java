package dev.cairn.task;

import dev.cairn.checkpoint.FailureReason;
import dev.cairn.id.Position;
import dev.cairn.id.SequenceNumber;
import dev.cairn.id.ShardId;
import dev.cairn.journal.Entry.Header;
import dev.cairn.stream.StreamReader;
import dev.cairn.stream.StreamReader.From;
import dev.cairn.stream.StreamReader.Page;
import dev.cairn.stream.StreamRecord;
import java.util.List;
import java.util.Optional;

/**
 * Reads a shard again from where a restored state stands, and proves that no record is missing in
 * between.
 */
final class Replay {
  // A page may be empty although more follows; so many in a row only while Kinesis has nothing at
  // all to say.
  private static final int EMPTY_PAGES = 100;

  private final StreamReader stream;
  private final TaskDecisions decisions;

  Replay(StreamReader stream, TaskDecisions decisions) {
    this.stream = stream;
    this.decisions = decisions;
  }

  /**
   * The next records after a position, up to a limit; at least one.
   *
   * @throws TaskException if the record at the position is no longer kept, or the stream ends
   *     before the frontier
   */
  List<StreamRecord> next(ShardId shard, Header head, int limit) {
    SequenceNumber required = required(head);
    boolean again = head.position() instanceof Position.After;
    // The record at the position itself comes first, and is read only to see that it is there.
    Page page =
        firstFilled(shard, new From.At(required), again ? limit + 1 : limit, required, head);
    requireStart(shard, required, page);
    if (!again || page.records().size() > 1) {
      return page.records().subList(again ? 1 : 0, page.records().size());
    }
    From after = page.next().map(next -> (From) next).orElseThrow(() -> endsEarly(shard, head));
    List<StreamRecord> records = firstFilled(shard, after, limit, required, head).records();
    // If the record at the position is still kept now, then so was everything after it while that
    // page was read.
    requireStart(shard, required, firstFilled(shard, new From.At(required), 1, required, head));
    return records;
  }

  private void requireStart(ShardId shard, SequenceNumber required, Page page) {
    StreamRecord first = page.records().getFirst();
    if (!decisions.resumesAt(required, first)) {
      throw new TaskException(
          FailureReason.REPLAY_IMPOSSIBLE,
          shard
              + " cannot be replayed: record "
              + required
              + " is beyond the stream's retention, the oldest kept is "
              + first.sequenceNumber()
              + "; restore a later checkpoint, whose position is still kept");
    }
  }

  private Page firstFilled(
      ShardId shard, From from, int limit, SequenceNumber required, Header head) {
    From next = from;
    for (int i = 0; i < EMPTY_PAGES; i++) {
      Page page = stream.read(shard, next, limit);
      if (!page.records().isEmpty()) {
        return page;
      }
      Optional<From.Next> following = page.next();
      if (following.isEmpty()) {
        throw endsEarly(shard, head);
      }
      next = following.get();
    }
    throw new TaskException(
          FailureReason.REPLAY_IMPOSSIBLE,
        shard
            + " cannot be replayed now: Kinesis answers nothing after record "
            + required
            + " although "
            + head.frontier()
            + " was applied once; the mapping will try again");
  }

  private static TaskException endsEarly(ShardId shard, Header head) {
    return new TaskException(
          FailureReason.REPLAY_IMPOSSIBLE,
        shard
            + " ends before record "
            + head.frontier()
            + ", which was applied once; its records are beyond the"
            + " stream's retention: restore a later checkpoint");
  }

  private static SequenceNumber required(Header head) {
    return switch (head.position()) {
      case Position.Before before -> before.first();
      case Position.After after -> after.last();
      case Position.Beginning b ->
          head.firstApplied()
              .orElseThrow(
                  () ->
                      new TaskException(
          FailureReason.REPLAY_IMPOSSIBLE,
                          "revision " + head.revision() + " has a frontier but no first record"));
      case Position.End e -> throw new TaskException(FailureReason.REPLAY_IMPOSSIBLE, "a shard at its end has nothing to replay");
    };
  }
}
