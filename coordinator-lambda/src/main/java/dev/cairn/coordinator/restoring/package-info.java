/** Checks whether a checkpoint can be restored, and restores it. */
@NullMarked
package dev.cairn.coordinator.restoring;

import org.jspecify.annotations.NullMarked;
