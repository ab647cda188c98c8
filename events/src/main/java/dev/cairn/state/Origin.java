package dev.cairn.state;

/**
 * What a subtask was opened with and keeps for good: where its shard begins, and the part of the
 * hash space that it owns.
 */
public record Origin(Start start, HashRange range) {}
