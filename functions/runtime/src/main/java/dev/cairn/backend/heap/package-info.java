/** The state backend that keeps all state of a subtask as objects in the container's memory. */
@NullMarked
package dev.cairn.backend.heap;

import org.jspecify.annotations.NullMarked;
