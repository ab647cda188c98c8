package dev.cairn.checkpoint;

import dev.cairn.id.CheckpointId;
import dev.cairn.id.SubtaskId;
import dev.cairn.storage.FileRef;
import dev.cairn.storage.Sha256;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * A subtask's answer to a checkpoint. Written once; a second answer of the same subtask is not
 * stored.
 */
public sealed interface Acknowledgement {
  SubtaskId subtask();

  CheckpointId checkpoint();

  /**
   * The subtask's state is stored.
   *
   * @param stateFile names the state; empty for a subtask that has applied nothing
   * @param fullSizeBytes what a restore of it would read
   * @param incrementalSizeBytes what was stored for this checkpoint
   * @param timing empty where it is not known, as in a checkpoint's metadata
   * @param state the {@link dev.cairn.state.StateDigest} of what was stored; empty where it is not
   *     known, as in a checkpoint's metadata
   */
  record Acknowledged(
      SubtaskId subtask,
      CheckpointId checkpoint,
      Optional<FileRef> stateFile,
      long fullSizeBytes,
      long incrementalSizeBytes,
      Optional<Timing> timing,
      Optional<Sha256> state)
      implements Acknowledgement {

    public Acknowledged(
        SubtaskId subtask,
        CheckpointId checkpoint,
        Optional<FileRef> stateFile,
        long fullSizeBytes,
        long incrementalSizeBytes) {
      this(
          subtask,
          checkpoint,
          stateFile,
          fullSizeBytes,
          incrementalSizeBytes,
          Optional.empty(),
          Optional.empty());
    }

    public Acknowledged with(Timing measured) {
      return new Acknowledged(
          subtask,
          checkpoint,
          stateFile,
          fullSizeBytes,
          incrementalSizeBytes,
          Optional.of(measured),
          state);
    }

    /** This acknowledgement with the digest of what was stored. */
    public Acknowledged with(Sha256 digest) {
      return new Acknowledged(
          subtask,
          checkpoint,
          stateFile,
          fullSizeBytes,
          incrementalSizeBytes,
          timing,
          Optional.of(digest));
    }

    /** Whether nothing was stored for it: the subtask's last base is its state still. */
    public boolean isCarriedForward() {
      return incrementalSizeBytes == 0;
    }
  }

  /**
   * When an answer was given, and what it took. Measured by the clock of whoever answers; a wait
   * also by the coordinator's.
   *
   * @param at when the state was stored, and the answer was about to be
   * @param waited from the trigger's entry until the subtask began with its snapshot
   * @param took from then until the state was stored
   */
  record Timing(Instant at, Duration waited, Duration took) {
    public Timing {
      // Two clocks: a wait that seems to end before it began was none.
      waited = inMillis(waited);
      took = inMillis(took);
    }

    private static Duration inMillis(Duration measured) {
      return Duration.ofMillis(Math.max(0, measured.toMillis()));
    }

    /** The timing of an acknowledgement that the coordinator sends for a subtask. */
    public static Timing immediately(Instant at) {
      return new Timing(at, Duration.ZERO, Duration.ZERO);
    }

    public static Timing between(Instant triggered, Instant begun, Instant stored) {
      return new Timing(
          stored, Duration.between(triggered, begun), Duration.between(begun, stored));
    }
  }

  /** The subtask cannot store its state, and why. */
  record Declined(SubtaskId subtask, CheckpointId checkpoint, FailureReason reason, String message)
      implements Acknowledgement {
    public Failure failure() {
      return Failure.of(reason, subtask, subtask.name() + " declined: " + message);
    }
  }
}
