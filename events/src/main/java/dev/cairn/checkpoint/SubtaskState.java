package dev.cairn.checkpoint;

import dev.cairn.format.FormatVersion;
import dev.cairn.id.Epoch;
import dev.cairn.id.Position;
import dev.cairn.id.SequenceNumber;
import dev.cairn.id.SubSequenceNumber;
import dev.cairn.id.SubtaskId;
import dev.cairn.state.Channels;
import dev.cairn.state.Counts;
import dev.cairn.state.Manifest;
import dev.cairn.state.Origin;
import dev.cairn.state.TimeProgress;
import java.util.Optional;

/**
 * The content of a state file: everything that a subtask of this or another job needs to continue
 * from a checkpoint.
 *
 * @param format the version in which the file is written
 * @param time the times that the state has reached
 * @param firstAppliedSub as in the header of an entry
 * @param outputs how many outputs the subtask had made
 */
public record SubtaskState(
    SubtaskId subtask,
    Epoch epoch,
    Origin origin,
    Position position,
    Optional<SequenceNumber> firstApplied,
    Counts counts,
    Manifest manifest,
    Channels channels,
    FormatVersion format,
    TimeProgress time,
    Optional<SubSequenceNumber> firstAppliedSub,
    long outputs) {

  /** Creates a state in the oldest format. */
  public SubtaskState(
      SubtaskId subtask,
      Epoch epoch,
      Origin origin,
      Position position,
      Optional<SequenceNumber> firstApplied,
      Counts counts,
      Manifest manifest,
      Channels channels) {
    this(
        subtask,
        epoch,
        origin,
        position,
        firstApplied,
        counts,
        manifest,
        channels,
        FormatVersion.OLDEST,
        TimeProgress.NONE,
        Optional.empty(),
        0);
  }

  /** Returns a copy of this state with another manifest. Every other field is unchanged. */
  public SubtaskState with(Manifest other) {
    return new SubtaskState(
        subtask,
        epoch,
        origin,
        position,
        firstApplied,
        counts,
        other,
        channels,
        format,
        time,
        firstAppliedSub,
        outputs);
  }
}
