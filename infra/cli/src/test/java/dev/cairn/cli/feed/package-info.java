/** Feeding a stream, with a Kinesis that refuses, throttles and forgets. */
@NullMarked
package dev.cairn.cli.feed;

import org.jspecify.annotations.NullMarked;
