/**
 * The boundary of a task: its ports, settings and decisions, and the types of its batches and
 * results.
 */
@NullMarked
package dev.cairn.task.ports;

import org.jspecify.annotations.NullMarked;
