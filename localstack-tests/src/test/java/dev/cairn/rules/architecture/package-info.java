/** The rules of what depends on what. */
@NullMarked
package dev.cairn.rules.architecture;

import org.jspecify.annotations.NullMarked;
