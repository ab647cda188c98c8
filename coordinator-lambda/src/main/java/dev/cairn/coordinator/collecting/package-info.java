/** Determines which of a job's files and checkpoints are needed, and deletes the others. */
@NullMarked
package dev.cairn.coordinator.collecting;

import org.jspecify.annotations.NullMarked;
