/** The entries that a task appends to a journal, and the one place that appends them. */
@NullMarked
package dev.cairn.task.journalling;

import org.jspecify.annotations.NullMarked;
