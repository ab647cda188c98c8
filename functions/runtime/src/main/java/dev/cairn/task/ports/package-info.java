/**
 * What a task is given: its ports, its settings and its decisions, and what its batches and answers
 * are.
 */
@NullMarked
package dev.cairn.task.ports;

import org.jspecify.annotations.NullMarked;
