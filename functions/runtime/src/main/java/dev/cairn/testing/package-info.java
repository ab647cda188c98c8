/** Unit tests of a function without a pipeline: no shard, no container, no emulator. */
@NullMarked
package dev.cairn.testing;

import org.jspecify.annotations.NullMarked;
