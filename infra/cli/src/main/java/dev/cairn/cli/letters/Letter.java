package dev.cairn.cli.letters;

import dev.cairn.id.SequenceNumber;
import dev.cairn.id.SubtaskId;
import java.time.Instant;
import java.util.Optional;

/**
 * A stored dead letter.
 *
 * @param subtask the subtask that stored it
 * @param sequenceNumber its place in its shard
 * @param resentAt when it was sent to the stream again, if it was
 */
public record Letter(
    SubtaskId subtask,
    SequenceNumber sequenceNumber,
    String partitionKey,
    Instant arrival,
    Instant failedAt,
    String cause,
    byte[] data,
    Optional<Instant> resentAt) {}
