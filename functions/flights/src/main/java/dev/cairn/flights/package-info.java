/** The example: statistics of each aircraft, computed from real departures from New York. */
@NullMarked
package dev.cairn.flights;

import org.jspecify.annotations.NullMarked;
