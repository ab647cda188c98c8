/**
 * Tasks on a stream, a table and a storage in memory, in one thread, whose clock, deliveries and
 * accidents are the test's. The coordinator's tests build on it.
 */
@NullMarked
package dev.cairn.task.pipeline;

import org.jspecify.annotations.NullMarked;
