/** A subtask in memory as its journal has it, and the files that hold its state. */
@NullMarked
package dev.cairn.task.subtask;

import org.jspecify.annotations.NullMarked;
