/** How often, and how soon, a shard that fails is tried again. */
@NullMarked
package dev.cairn.restart;

import org.jspecify.annotations.NullMarked;
