/** What every implementation of a port must do: one suite for each port, run on each of them. */
@NullMarked
package dev.cairn.contracts;

import org.jspecify.annotations.NullMarked;
