/** A subtask in memory at a revision of its journal, and the files that hold its state. */
@NullMarked
package dev.cairn.task.subtask;

import org.jspecify.annotations.NullMarked;
