/**
 * Facts of the coordinator: checkpoints that end well or badly, restores that are refused,
 * interrupted or raced.
 */
@NullMarked
package dev.cairn.coordinator;

import org.jspecify.annotations.NullMarked;
