/** How a stream is brought to another number of shards. */
@NullMarked
package dev.cairn.cli.rescale;

import org.jspecify.annotations.NullMarked;
