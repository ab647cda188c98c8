/**
 * Lambda: containers that run a function, and the event source mapping that feeds them from a
 * stream.
 */
@NullMarked
package dev.cairn.local.lambda;

import org.jspecify.annotations.NullMarked;
