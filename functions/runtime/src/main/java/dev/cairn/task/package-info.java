/**
 * The task: what one invocation does to one subtask, from reading its journal to answering the
 * mapping.
 */
@NullMarked
package dev.cairn.task;

import org.jspecify.annotations.NullMarked;
