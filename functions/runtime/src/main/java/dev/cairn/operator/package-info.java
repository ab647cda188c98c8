/**
 * Runs the user's function on one record at a time, with a backend for its state, and effects that
 * are committed or rolled back together.
 */
@NullMarked
package dev.cairn.operator;

import org.jspecify.annotations.NullMarked;
