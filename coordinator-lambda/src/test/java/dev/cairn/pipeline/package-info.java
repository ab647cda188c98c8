/**
 * A whole pipeline in one thread, whose clock, deliveries and accidents are the test's: what facts
 * and costs are shown on.
 */
@NullMarked
package dev.cairn.pipeline;

import org.jspecify.annotations.NullMarked;
