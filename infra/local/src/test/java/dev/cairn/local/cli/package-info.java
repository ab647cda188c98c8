/** Tests of the command, on a pipeline in this process. */
@NullMarked
package dev.cairn.local.cli;

import org.jspecify.annotations.NullMarked;
