package dev.cairn.task;

import dev.cairn.id.ShardId;
import dev.cairn.stream.StreamRecord;
import dev.cairn.task.ports.RecordBatch;
import java.util.ArrayList;
import java.util.List;

/** A batch that can be read repeatedly, although its source is read only once. */
final class RereadableBatch implements RecordBatch {
  private final RecordBatch rest;
  private final List<StreamRecord> taken = new ArrayList<>();
  private int next;

  RereadableBatch(RecordBatch rest) {
    this.rest = rest;
  }

  /** Returns to the first record. */
  void rewind() {
    next = 0;
  }

  /** Returns all records of the batch, in order. */
  List<StreamRecord> all() {
    rest.forEachRemaining(taken::add);
    return List.copyOf(taken);
  }

  @Override
  public ShardId shard() {
    return rest.shard();
  }

  @Override
  public boolean hasNext() {
    return next < taken.size() || rest.hasNext();
  }

  @Override
  public StreamRecord next() {
    if (next == taken.size()) {
      taken.add(rest.next());
    }
    return taken.get(next++);
  }
}
