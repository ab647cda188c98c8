/**
 * The task: processes one invocation for one subtask, from reading its journal to the response to
 * the mapping.
 */
@NullMarked
package dev.cairn.task;

import org.jspecify.annotations.NullMarked;
