/** The simulation at work: fresh seeds, seeds that failed once, and the proof that it can fail. */
@NullMarked
package dev.cairn.simulation;

import org.jspecify.annotations.NullMarked;
