package dev.cairn.cli.letters;

import dev.cairn.id.SequenceNumber;
import dev.cairn.id.SubtaskId;
import java.time.Instant;
import java.util.Optional;

/**
 * A record that was set aside, as it is stored.
 *
 * @param subtask whose task set it aside
 * @param sequenceNumber its place in its shard
 * @param resentAt when it was put into the stream again, if it was
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
