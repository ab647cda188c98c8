/** Users' commands to a job, with the syntax of {@code cairn}, and their progress. */
@NullMarked
package dev.cairn.command;

import org.jspecify.annotations.NullMarked;
