/** Running actions for many items in parallel. */
@NullMarked
package dev.cairn.parallel;

import org.jspecify.annotations.NullMarked;
