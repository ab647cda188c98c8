/** The {@code cairn} command. */
@NullMarked
package dev.cairn.local.cli;

import org.jspecify.annotations.NullMarked;
