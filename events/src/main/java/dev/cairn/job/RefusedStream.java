package dev.cairn.job;

import java.time.Instant;

/**
 * A task refused records because they belong to another stream than the job's.
 *
 * @param stream the other stream's name
 * @param how what delivered the records, such as an event source mapping, in words
 */
public record RefusedStream(String stream, String how, Instant at) {}
