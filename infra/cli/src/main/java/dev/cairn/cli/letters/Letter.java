package dev.cairn.cli.letters;

import dev.cairn.id.RecordNumber;
import dev.cairn.id.SubtaskId;
import dev.cairn.state.KeyHash;
import java.time.Instant;
import java.util.Optional;

/**
 * A stored dead letter.
 *
 * @param subtask the subtask that stored it
 * @param record its number in its shard
 * @param hashKey the explicit hash key with which the record is sent, if the function names one
 * @param isBoundToAggregate whether its state is kept under the explicit hash key of its aggregate,
 *     with which it cannot be sent alone
 * @param resentAt when it was sent to the stream again, if it was
 */
public record Letter(
    SubtaskId subtask,
    RecordNumber record,
    String partitionKey,
    Instant arrival,
    Instant failedAt,
    String cause,
    Optional<KeyHash> hashKey,
    boolean isBoundToAggregate,
    byte[] data,
    Optional<Instant> resentAt) {}
