/** Tests of what is read of a pipeline. */
@NullMarked
package dev.cairn.local.inspect;

import org.jspecify.annotations.NullMarked;
