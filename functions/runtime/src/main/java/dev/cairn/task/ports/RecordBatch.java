package dev.cairn.task.ports;

import dev.cairn.id.ShardId;
import dev.cairn.stream.StreamRecord;
import java.util.Iterator;

/** A batch of one shard's records, read once and in order. Never empty. */
public interface RecordBatch extends Iterator<StreamRecord> {

  /** Returns the shard of all records, which is known before the first is read. */
  ShardId shard();
}
