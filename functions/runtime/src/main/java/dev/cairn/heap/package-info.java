/**
 * The live state of one subtask as objects in the container's memory, and the function that runs on
 * it.
 */
@NullMarked
package dev.cairn.heap;

import org.jspecify.annotations.NullMarked;
