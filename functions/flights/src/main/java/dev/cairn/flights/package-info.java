/** The example: real departures from New York become what is known of each aircraft. */
@NullMarked
package dev.cairn.flights;

import org.jspecify.annotations.NullMarked;
