/**
 * The coordinator as a Lambda function: its payloads, the adapters of its ports, and its metrics
 * and events.
 */
@NullMarked
package dev.cairn.coordinator.lambda;

import org.jspecify.annotations.NullMarked;
