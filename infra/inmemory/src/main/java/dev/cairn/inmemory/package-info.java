/**
 * The services of AWS in memory, in packages named for the service. They do what their contracts in
 * {@code localstack-tests} demand of the real ones. Tests, the demo and the simulation run on them.
 */
@NullMarked
package dev.cairn.inmemory;

import org.jspecify.annotations.NullMarked;
