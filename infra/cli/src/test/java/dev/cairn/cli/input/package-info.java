/** Tests of input files and their keys. */
@NullMarked
package dev.cairn.cli.input;

import org.jspecify.annotations.NullMarked;
