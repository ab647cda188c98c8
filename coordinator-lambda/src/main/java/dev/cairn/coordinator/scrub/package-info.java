/**
 * The scrubber: reads what is needed before it is needed, and marks what is damaged. Runs in a
 * worker of its own, never in the coordinator.
 */
@NullMarked
package dev.cairn.coordinator.scrub;

import org.jspecify.annotations.NullMarked;
