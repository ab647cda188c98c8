/** The names and numbers of the protocol. Each is a type of its own that refuses invalid values. */
@NullMarked
package dev.cairn.id;

import org.jspecify.annotations.NullMarked;
