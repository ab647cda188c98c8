/** A Kinesis stream read apart from its event source mapping. */
@NullMarked
package dev.cairn.kinesis;

import org.jspecify.annotations.NullMarked;
