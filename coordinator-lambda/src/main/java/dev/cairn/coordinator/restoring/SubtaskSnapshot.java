package dev.cairn.coordinator.restoring;

import dev.cairn.checkpoint.SubtaskState;
import dev.cairn.storage.FileRef;
import java.util.Optional;

/**
 * A subtask's state in a checkpoint, and its state file; without a file if it is composed from
 * other states.
 */
public record SubtaskSnapshot(Optional<FileRef> file, SubtaskState state) {}
