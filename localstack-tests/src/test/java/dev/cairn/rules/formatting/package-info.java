/** That the sources look alike. */
@NullMarked
package dev.cairn.rules.formatting;

import org.jspecify.annotations.NullMarked;
