package dev.cairn.task.journalling;

import dev.cairn.checkpoint.Acknowledgement.Acknowledged;
import dev.cairn.state.StateHandle;

/**
 * A subtask's state that was stored for a checkpoint.
 *
 * @param handle the handle for the journal
 * @param acknowledgement the acknowledgement for the checkpoint, without digest and timing
 */
public record StoredSnapshot(StateHandle handle, Acknowledged acknowledgement) {}
