package dev.cairn.task.ports;

import dev.cairn.id.SequenceNumber;

/** The result of a batch for the mapping. */
public sealed interface BatchResult {

  /** Every record of the batch is in the journal. */
  record Done() implements BatchResult {}

  /** From this record on, the batch must be sent again. */
  record RetryFrom(SequenceNumber record) implements BatchResult {}
}
