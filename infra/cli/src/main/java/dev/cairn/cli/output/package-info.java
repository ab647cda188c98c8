/** Text for people: lines that fit the terminal, tables, and how far long work is. */
@NullMarked
package dev.cairn.cli.output;

import org.jspecify.annotations.NullMarked;
