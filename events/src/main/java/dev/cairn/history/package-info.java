/** What happened to a job, kept for people: lines, and how far they reach. */
@NullMarked
package dev.cairn.history;

import org.jspecify.annotations.NullMarked;
