/** Feeding a stream, with a Kinesis that refuses, throttles and forgets. */
@NullMarked
package dev.cairn.local.feed;

import org.jspecify.annotations.NullMarked;
