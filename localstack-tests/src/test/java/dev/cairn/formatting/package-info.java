/** That the sources look alike. */
@NullMarked
package dev.cairn.formatting;

import org.jspecify.annotations.NullMarked;
