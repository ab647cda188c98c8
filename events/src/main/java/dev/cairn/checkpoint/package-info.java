/**
 * Checkpoints and the job they belong to: their states, their format, and the port that keeps them.
 */
@NullMarked
package dev.cairn.checkpoint;

import org.jspecify.annotations.NullMarked;
