package dev.cairn.checkpoint;

import dev.cairn.id.Epoch;
import dev.cairn.id.Position;
import dev.cairn.id.SequenceNumber;
import dev.cairn.id.SubtaskId;
import dev.cairn.state.Channels;
import dev.cairn.state.Counts;
import dev.cairn.state.Manifest;
import dev.cairn.state.Origin;
import java.util.Optional;

/**
 * What a state file says: all that a subtask needs to go on from a checkpoint, in this job or in
 * another.
 */
public record SubtaskState(
    SubtaskId subtask,
    Epoch epoch,
    Origin origin,
    Position position,
    Optional<SequenceNumber> firstApplied,
    Counts counts,
    Manifest manifest,
    Channels channels) {}
