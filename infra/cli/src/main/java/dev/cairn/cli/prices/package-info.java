/** AWS's published prices, and what a stored checkpoint cost at these prices. */
@NullMarked
package dev.cairn.cli.prices;

import org.jspecify.annotations.NullMarked;
