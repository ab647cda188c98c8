/** Writes a job's history from the difference between how it stands and what is recorded. */
@NullMarked
package dev.cairn.coordinator.history;

import org.jspecify.annotations.NullMarked;
