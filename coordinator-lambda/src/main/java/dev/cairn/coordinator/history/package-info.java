/** Writes a job's history from the difference between its state and the recorded state. */
@NullMarked
package dev.cairn.coordinator.history;

import org.jspecify.annotations.NullMarked;
