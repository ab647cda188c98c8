/**
 * How the job's subtasks come from one another by splits and merges of the stream's shards, and
 * what the coordinator does so that a running job follows the stream.
 */
@NullMarked
package dev.cairn.coordinator.resharding;

import org.jspecify.annotations.NullMarked;
