/** How a pipeline is: what is read of it, and what that says is wrong and to be done. */
@NullMarked
package dev.cairn.cli.status;

import org.jspecify.annotations.NullMarked;
