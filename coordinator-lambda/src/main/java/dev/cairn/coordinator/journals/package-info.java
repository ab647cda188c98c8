/**
 * The journals and live checkpoints of a job as they were read, and the entries that bring journals
 * into an epoch.
 */
@NullMarked
package dev.cairn.coordinator.journals;

import org.jspecify.annotations.NullMarked;
