package dev.cairn.task;

import dev.cairn.id.ShardId;
import dev.cairn.stream.UserRecord;
import dev.cairn.task.ports.RecordBatch;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;

/**
 * The user records of a batch, which can be read repeatedly, although the batch itself is read only
 * once.
 */
final class RereadableBatch implements Iterator<UserRecord> {
  private final RecordBatch rest;
  private final List<UserRecord> taken = new ArrayList<>();
  private int next;

  RereadableBatch(RecordBatch rest) {
    this.rest = rest;
  }

  /** Returns to the first record. */
  void rewind() {
    next = 0;
  }

  /** Returns all records of the batch, in order. */
  List<UserRecord> all() {
    rest.forEachRemaining(record -> taken.addAll(UserRecord.of(record)));
    return List.copyOf(taken);
  }

  ShardId shard() {
    return rest.shard();
  }

  @Override
  public boolean hasNext() {
    return next < taken.size() || rest.hasNext();
  }

  @Override
  public UserRecord next() {
    if (next == taken.size()) {
      taken.addAll(UserRecord.of(rest.next()));
    }
    return taken.get(next++);
  }
}
