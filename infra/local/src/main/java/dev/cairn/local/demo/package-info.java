/**
 * The demo: a whole pipeline on one machine, mishaps that disturb it, and the proof that its state
 * remains exact.
 */
@NullMarked
package dev.cairn.local.demo;

import org.jspecify.annotations.NullMarked;
