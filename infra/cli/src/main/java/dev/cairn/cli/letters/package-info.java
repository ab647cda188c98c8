/** Dead letters: reads them, and sends them to their stream again. */
@NullMarked
package dev.cairn.cli.letters;

import org.jspecify.annotations.NullMarked;
