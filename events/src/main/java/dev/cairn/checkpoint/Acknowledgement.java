package dev.cairn.checkpoint;

import dev.cairn.id.CheckpointId;
import dev.cairn.id.SubtaskId;
import dev.cairn.storage.FileRef;
import dev.cairn.storage.Sha256;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * A subtask's response to a checkpoint: acknowledged or declined. It is written once; a second
 * response of the same subtask is not stored.
 */
public sealed interface Acknowledgement {
  SubtaskId subtask();

  CheckpointId checkpoint();

  /**
   * The subtask's state is stored.
   *
   * @param stateFile names the state; empty for a subtask that has applied nothing
   * @param fullSizeBytes the bytes that its restore reads
   * @param incrementalSizeBytes the bytes that were stored for this checkpoint
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

    /** Returns a copy of this acknowledgement with the digest of the stored state. */
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

    /** Whether nothing was stored for it, because the state equals the subtask's last base. */
    public boolean isCarriedForward() {
      return incrementalSizeBytes == 0;
    }
  }

  /**
   * The times of an acknowledgement, measured by the clock of the process that acknowledges; the
   * wait also uses the coordinator's clock.
   *
   * @param at when the state was stored, just before the acknowledgement was
   * @param waited from the trigger's entry until the subtask began with its snapshot
   * @param took from then until the state was stored
   */
  record Timing(Instant at, Duration waited, Duration took) {
    public Timing {
      // The clocks may differ: a negative wait counts as zero.
      waited = inMillis(waited);
      took = inMillis(took);
    }

    private static Duration inMillis(Duration measured) {
      return Duration.ofMillis(Math.max(0, measured.toMillis()));
    }

    /** Returns the timing of an acknowledgement that the coordinator sends for a subtask. */
    public static Timing immediately(Instant at) {
      return new Timing(at, Duration.ZERO, Duration.ZERO);
    }

    public static Timing between(Instant triggered, Instant begun, Instant stored) {
      return new Timing(
          stored, Duration.between(triggered, begun), Duration.between(begun, stored));
    }
  }

  /** The subtask cannot store its state, for the given reason. */
  record Declined(SubtaskId subtask, CheckpointId checkpoint, FailureReason reason, String message)
      implements Acknowledgement {
    public Failure failure() {
      return Failure.of(reason, subtask, subtask.name() + " declined: " + message);
    }
  }
}
