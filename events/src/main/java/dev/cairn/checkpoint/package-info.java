/**
 * Checkpoints from trigger to end: acknowledgements, failures, settings, and the format of their
 * files.
 */
@NullMarked
package dev.cairn.checkpoint;

import org.jspecify.annotations.NullMarked;
