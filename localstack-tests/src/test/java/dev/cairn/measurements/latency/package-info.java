/** How long a record waits until it is journalled, measured on the embedded runner. */
@NullMarked
package dev.cairn.measurements.latency;

import org.jspecify.annotations.NullMarked;
