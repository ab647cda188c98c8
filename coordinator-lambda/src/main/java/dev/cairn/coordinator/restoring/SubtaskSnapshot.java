package dev.cairn.coordinator.restoring;

import dev.cairn.checkpoint.SubtaskState;
import dev.cairn.storage.FileRef;
import java.util.Optional;

/**
 * A subtask's state in a checkpoint, and the file that says so; without one if it is put together
 * from the states of others.
 */
public record SubtaskSnapshot(Optional<FileRef> file, SubtaskState state) {}
