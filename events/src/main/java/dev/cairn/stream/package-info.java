/**
 * A Kinesis stream as the protocol sees it: shards, records, and the port that reads them again.
 */
@NullMarked
package dev.cairn.stream;

import org.jspecify.annotations.NullMarked;
