/**
 * A subtask's journal: the entries, their format, and the port through which they are read and
 * appended.
 */
@NullMarked
package dev.cairn.journal;

import org.jspecify.annotations.NullMarked;
