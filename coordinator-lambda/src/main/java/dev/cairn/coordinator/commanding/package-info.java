/** Serves what users request on the job's item. */
@NullMarked
package dev.cairn.coordinator.commanding;

import org.jspecify.annotations.NullMarked;
