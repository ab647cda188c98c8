/** Tests of what a checkpoint costs. */
@NullMarked
package dev.cairn.cli.prices;

import org.jspecify.annotations.NullMarked;
