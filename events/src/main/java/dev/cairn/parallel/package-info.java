/** Doing the same for many things at once. */
@NullMarked
package dev.cairn.parallel;

import org.jspecify.annotations.NullMarked;
