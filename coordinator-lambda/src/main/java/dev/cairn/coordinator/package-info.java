/**
 * The control plane: what is decided for a job, purely, and the coordinator that loads, decides,
 * saves and announces.
 */
@NullMarked
package dev.cairn.coordinator;

import org.jspecify.annotations.NullMarked;
