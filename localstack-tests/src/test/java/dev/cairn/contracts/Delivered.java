package dev.cairn.contracts;

import dev.cairn.id.SequenceNumber;
import dev.cairn.id.ShardId;
import java.time.Instant;
import java.util.List;

/**
 * One batch as a function received it.
 *
 * @param done the records that the function reported as done: the first ones of the batch, all or
 *     none of them
 * @param ended when it was about to answer; for one that stalls, when it began to
 */
record Delivered(
    ShardId shard,
    List<SequenceNumber> records,
    List<SequenceNumber> done,
    Instant started,
    Instant ended) {
  Delivered {
    records = List.copyOf(records);
    done = List.copyOf(done);
  }

  boolean isWhole() {
    return done.size() == records.size();
  }
}
