/**
 * The coordinator as a Lambda function: the events that invoke it, the clients of what it touches,
 * and what it prints.
 */
@NullMarked
package dev.cairn.coordinator.lambda;

import org.jspecify.annotations.NullMarked;
