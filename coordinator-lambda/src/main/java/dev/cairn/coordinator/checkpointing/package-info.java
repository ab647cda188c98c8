/** Triggers checkpoints, counts their acknowledgements, and completes or aborts them. */
@NullMarked
package dev.cairn.coordinator.checkpointing;

import org.jspecify.annotations.NullMarked;
