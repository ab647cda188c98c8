package dev.cairn.task.ports;

import dev.cairn.id.ShardId;
import dev.cairn.stream.StreamRecord;
import java.util.Iterator;

/** A batch of one shard's records, read once and in order. Never empty. */
public interface RecordBatch extends Iterator<StreamRecord> {

  /** The shard of all of them; known before the first is taken. */
  ShardId shard();
}
