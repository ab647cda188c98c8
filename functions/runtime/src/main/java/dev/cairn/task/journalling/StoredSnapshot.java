package dev.cairn.task.journalling;

import dev.cairn.checkpoint.Acknowledgement.Acknowledged;
import dev.cairn.state.StateHandle;

/**
 * A state that was stored for a checkpoint.
 *
 * @param handle what the journal refers to
 * @param acknowledgement what the checkpoint refers to, without its digest and its timing
 */
public record StoredSnapshot(StateHandle handle, Acknowledged acknowledgement) {}
