/** Kinesis: a stream of shards kept in memory. */
@NullMarked
package dev.cairn.local.kinesis;

import org.jspecify.annotations.NullMarked;
