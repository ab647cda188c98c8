/**
 * How values of state become CBOR and come back: one codec for each type, found from the type's
 * declaration. A value that would not come back as it was is refused when it is written, and a type
 * whose values cannot come back is refused when it is declared.
 */
@NullMarked
package dev.cairn.values;

import org.jspecify.annotations.NullMarked;
