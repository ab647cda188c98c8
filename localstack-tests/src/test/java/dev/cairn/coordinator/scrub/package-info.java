/** The scrubber on a pipeline whose files are damaged. */
@NullMarked
package dev.cairn.coordinator.scrub;

import org.jspecify.annotations.NullMarked;
