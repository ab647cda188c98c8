/** Records that were set aside: reads them, and puts them into their stream again. */
@NullMarked
package dev.cairn.cli.letters;

import org.jspecify.annotations.NullMarked;
