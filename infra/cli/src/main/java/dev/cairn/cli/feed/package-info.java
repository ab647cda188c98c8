/** Putting a file's records into a Kinesis stream, in the order that each key has in the file. */
@NullMarked
package dev.cairn.cli.feed;

import org.jspecify.annotations.NullMarked;
