/** Loads of shards, and the advice that follows from them. */
@NullMarked
package dev.cairn.cli.shards;

import org.jspecify.annotations.NullMarked;
