/**
 * Lambda in this process: containers that run a function, and the event source mapping that feeds
 * them from a stream.
 */
@NullMarked
package dev.cairn.inmemory.lambda;

import org.jspecify.annotations.NullMarked;
