/**
 * How a job's load is distributed over its shards, and which split of a shard would help. What is
 * concluded is pure; {@link dev.cairn.cli.shards.KeySampler} reads.
 */
@NullMarked
package dev.cairn.cli.shards;

import org.jspecify.annotations.NullMarked;
