package dev.cairn.stream;

import dev.cairn.id.SequenceNumber;
import java.time.Instant;

/**
 * One Kinesis record.
 *
 * @param data the bytes that the producer put; not a copy
 * @param arrival the approximate time at which Kinesis stored it
 */
public record StreamRecord(
    String partitionKey, SequenceNumber sequenceNumber, byte[] data, Instant arrival) {}
