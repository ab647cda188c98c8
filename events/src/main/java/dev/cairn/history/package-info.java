/** A job's history for people: its lines, and the mark of how far they reach. */
@NullMarked
package dev.cairn.history;

import org.jspecify.annotations.NullMarked;
