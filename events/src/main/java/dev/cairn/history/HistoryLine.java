package dev.cairn.history;

import dev.cairn.id.CheckpointId;
import dev.cairn.id.Epoch;
import java.time.Instant;
import java.util.Optional;

/**
 * An event in a job's history.
 *
 * @param at when it happened or, if that is not known, when it was found
 * @param subject distinguishes it from other lines of its kind and time: a checkpoint's id, an
 *     epoch, a setting's name
 * @param epoch the job's epoch at that time
 * @param checkpoint the checkpoint that it concerns
 * @param cause who or what requested it: {@code schedule}, or the command; empty if it is not known
 * @param text a sentence for people
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

  /** The kind of an event. The names are stored and printed. */
  public enum Kind {
    /** A checkpoint or a savepoint became complete. */
    COMPLETED,
    /** A checkpoint or a savepoint was aborted. */
    ABORTED,
    /** A restore raised the epoch. */
    RESTORE_BEGUN,
    /** Every shard has replayed the records that the restore had reverted. */
    RESTORED,
    /** The epoch was raised so that the job halts. */
    HALT_BEGUN,
    /** The job has halted; no records are applied. */
    HALTED,
    /** The epoch was raised because the job failed. */
    FAILED,
    /** The epoch was raised so that the job resumes. */
    RESUME_BEGUN,
    /** A job that had halted runs again. */
    RESUMED,
    /** A request was executed that left no other line. */
    SERVED,
    /** A request was refused, or an operation in progress cannot continue. */
    REFUSED,
    /** The value of a setting has changed. */
    SETTING_CHANGED,
    /** Another version of the job, or of the code of one of its stages, was deployed. */
    DEPLOYED,
    /** A subtask fails, or fails for another reason. */
    SUBTASK_FAILING,
    /** A failing subtask has recovered. */
    SUBTASK_RECOVERED,
    /** The epoch was raised, and the cause was not recorded. */
    UNSEEN
  }

  /** Returns an id that is unique among the job's lines of the same millisecond. */
  public String id() {
    return kind + "#" + subject;
  }
}
