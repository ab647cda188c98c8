/** What users ask of a running job, in the words of the {@code cairn} command. */
@NullMarked
package dev.cairn.command;

import org.jspecify.annotations.NullMarked;
