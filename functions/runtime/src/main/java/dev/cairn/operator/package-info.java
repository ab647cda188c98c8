/**
 * The user's function at work on one record at a time, and what it needs: a backend that keeps its
 * state, and effects that are kept or undone together.
 */
@NullMarked
package dev.cairn.operator;

import org.jspecify.annotations.NullMarked;
