/** Tests of the command, on a pipeline in this process. */
@NullMarked
package dev.cairn.cli;

import org.jspecify.annotations.NullMarked;
