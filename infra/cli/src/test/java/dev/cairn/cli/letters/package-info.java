@NullMarked
package dev.cairn.cli.letters;

import org.jspecify.annotations.NullMarked;
