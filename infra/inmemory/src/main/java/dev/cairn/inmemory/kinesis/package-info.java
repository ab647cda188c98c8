/** Kinesis in memory: a stream of shards, which is read and trimmed as Kinesis does it. */
@NullMarked
package dev.cairn.inmemory.kinesis;

import org.jspecify.annotations.NullMarked;
