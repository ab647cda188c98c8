/**
 * Threads, time and interference, on which the services in memory run: under the wall clock, or one
 * step at a time under a seed.
 */
@NullMarked
package dev.cairn.inmemory.world;

import org.jspecify.annotations.NullMarked;
