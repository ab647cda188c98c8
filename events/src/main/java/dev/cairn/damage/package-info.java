/** Files that the scrubber found missing or altered, and the port that stores these marks. */
@NullMarked
package dev.cairn.damage;

import org.jspecify.annotations.NullMarked;
