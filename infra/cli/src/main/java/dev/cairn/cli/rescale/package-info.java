/**
 * Changes a stream's number of shards: which requests are needed, what to do next, and how far the
 * job follows. Decisions are pure; {@link dev.cairn.cli.rescale.RescaleRun} acts on them.
 */
@NullMarked
package dev.cairn.cli.rescale;

import org.jspecify.annotations.NullMarked;
