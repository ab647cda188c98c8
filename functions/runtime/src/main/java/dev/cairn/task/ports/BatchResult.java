package dev.cairn.task.ports;

import dev.cairn.id.SequenceNumber;

/** What the mapping is told of a batch. */
public sealed interface BatchResult {

  /** Every record of the batch is in the journal. */
  record Done() implements BatchResult {}

  /** From this record on, the batch must be sent again. */
  record RetryFrom(SequenceNumber record) implements BatchResult {}
}
