/** That costs are counted as they are, and documented as they are counted. */
@NullMarked
package dev.cairn.local.cost;

import org.jspecify.annotations.NullMarked;
