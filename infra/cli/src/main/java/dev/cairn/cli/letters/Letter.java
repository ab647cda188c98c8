package dev.cairn.cli.letters;

import dev.cairn.id.RecordNumber;
import dev.cairn.id.SubtaskId;
import java.time.Instant;
import java.util.Optional;

/**
 * A stored dead letter.
 *
 * @param subtask the subtask that stored it
 * @param record its number in its shard
 * @param resentAt when it was sent to the stream again, if it was
 */
public record Letter(
    SubtaskId subtask,
    RecordNumber record,
    String partitionKey,
    Instant arrival,
    Instant failedAt,
    String cause,
    byte[] data,
    Optional<Instant> resentAt) {}
