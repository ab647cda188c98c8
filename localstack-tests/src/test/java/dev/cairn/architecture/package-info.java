/** The rules of what depends on what. */
@NullMarked
package dev.cairn.architecture;

import org.jspecify.annotations.NullMarked;
