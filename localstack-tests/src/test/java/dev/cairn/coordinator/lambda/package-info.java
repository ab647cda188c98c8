/** The coordinator as it is deployed, on a table that is served here. */
@NullMarked
package dev.cairn.coordinator.lambda;

import org.jspecify.annotations.NullMarked;
