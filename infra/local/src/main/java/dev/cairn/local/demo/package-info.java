/**
 * The demo: a whole pipeline on one machine, what people fear done to it, and the proof that its
 * state is exact all the same.
 */
@NullMarked
package dev.cairn.local.demo;

import org.jspecify.annotations.NullMarked;
