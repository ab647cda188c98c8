/**
 * The invariants that must hold after every step of the simulation, one class for each, and the
 * auditor that reads what is stored and has them checked.
 */
@NullMarked
package dev.cairn.simulation.audit;

import org.jspecify.annotations.NullMarked;
