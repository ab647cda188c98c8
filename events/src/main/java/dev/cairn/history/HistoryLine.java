package dev.cairn.history;

import dev.cairn.id.CheckpointId;
import dev.cairn.id.Epoch;
import java.time.Instant;
import java.util.Optional;

/**
 * One thing that happened to a job.
 *
 * @param at when it happened, or, of what is only found later, when it was found
 * @param subject what tells it from others of its kind at the same time: a checkpoint's id, an
 *     epoch, a setting's name
 * @param epoch the job's at that time
 * @param checkpoint which one it concerns
 * @param cause who or what asked for it: {@code schedule}, or the command; empty if that is not
 *     known
 * @param text in a sentence for people
 */
public record HistoryLine(
    Instant at,
    Kind kind,
    String subject,
    Epoch epoch,
    Optional<CheckpointId> checkpoint,
    Optional<String> cause,
    String text) {
  private static final int LONGEST_SUBJECT = 200;

  public HistoryLine {
    subject = subject.substring(0, Math.min(subject.length(), LONGEST_SUBJECT));
  }

  /** What kind of thing happened. The names are stored and printed. */
  public enum Kind {
    /** A checkpoint or a savepoint became complete. */
    COMPLETED,
    /** A checkpoint or a savepoint was given up. */
    ABORTED,
    /** A restore raised the epoch. */
    RESTORE_BEGUN,
    /** Every shard has applied again what the restore had taken back. */
    RESTORED,
    /** The epoch was raised so that the job halts. */
    HALT_BEGUN,
    /** Nothing is applied any more. */
    HALTED,
    /** The epoch was raised because the job failed. */
    FAILED,
    /** The epoch was raised so that the job goes on. */
    RESUME_BEGUN,
    /** A job that had halted runs again. */
    RESUMED,
    /** A request was served that left no other line. */
    SERVED,
    /** A request was refused, or what was under way cannot go on. */
    REFUSED,
    /** Another value holds for a setting. */
    SETTING_CHANGED,
    /** The job, or the code of one of its stages, is there in another version. */
    DEPLOYED,
    /** A subtask cannot go on, or now for another reason. */
    SUBTASK_FAILING,
    /** A subtask that could not go on does. */
    SUBTASK_RECOVERED,
    /** The epoch was raised, and nobody recorded by what. */
    UNSEEN
  }

  /** Names the line among those of its job and its millisecond. */
  public String id() {
    return kind + "#" + subject;
  }
}
