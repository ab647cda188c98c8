/** The auditor's own model: what it expects of a shard. */
@NullMarked
package dev.cairn.simulation.audit;

import org.jspecify.annotations.NullMarked;
