/** A user's input: files of records, their partition keys, and the function that reads them. */
@NullMarked
package dev.cairn.cli.input;

import org.jspecify.annotations.NullMarked;
