/** The function's edge. */
@NullMarked
package dev.cairn.coordinator.lambda;

import org.jspecify.annotations.NullMarked;
