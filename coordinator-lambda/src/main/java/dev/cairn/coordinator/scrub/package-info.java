/**
 * The scrubber, which checks needed files for damage. It runs in a function of its own, never in
 * the coordinator.
 */
@NullMarked
package dev.cairn.coordinator.scrub;

import org.jspecify.annotations.NullMarked;
