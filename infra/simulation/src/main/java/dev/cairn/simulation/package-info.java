/**
 * The simulation: the task, the coordinator and a simulated AWS under one seed, and the invariants
 * that must hold after every step.
 */
@NullMarked
package dev.cairn.simulation;

import org.jspecify.annotations.NullMarked;
