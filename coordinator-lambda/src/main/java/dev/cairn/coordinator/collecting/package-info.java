/** What a job's files and checkpoints are needed for, and the deletion of what nothing needs. */
@NullMarked
package dev.cairn.coordinator.collecting;

import org.jspecify.annotations.NullMarked;
