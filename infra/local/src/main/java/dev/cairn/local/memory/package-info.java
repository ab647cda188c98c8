/**
 * The table and the checkpoint storage in plain memory, deterministic: what the simulation runs on.
 */
@NullMarked
package dev.cairn.local.memory;

import org.jspecify.annotations.NullMarked;
