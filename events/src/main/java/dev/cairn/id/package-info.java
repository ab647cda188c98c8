/** The names and numbers of the protocol, each a type of its own that refuses what it cannot be. */
@NullMarked
package dev.cairn.id;

import org.jspecify.annotations.NullMarked;
