/** Tests of what is read of a pipeline. */
@NullMarked
package dev.cairn.cli.inspect;

import org.jspecify.annotations.NullMarked;
