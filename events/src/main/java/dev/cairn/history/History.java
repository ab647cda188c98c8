package dev.cairn.history;

import dev.cairn.id.JobId;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * A job's history. Lines are never changed, and go by themselves when nobody looks for them any
 * more. Reads are consistent.
 *
 * <p>Any method may throw {@link dev.cairn.journal.OutcomeUnknownException}: the record may have
 * been made or not. Whoever reads the mark again learns which.
 */
public interface History {
  /** The most lines of one record. */
  int LARGEST_RECORD = 50;

  /** How far the history reaches; empty before the first record. */
  Optional<HistoryMark> mark(JobId job);

  /**
   * Adds lines and moves the mark on, both or neither, if the mark's version is the one before
   * this one's: 0 before the first. So each line is written once, whoever else records the same.
   *
   * @param lines {@value #LARGEST_RECORD} at most
   */
  boolean record(JobId job, HistoryMark mark, List<HistoryLine> lines);

  /**
   * Lines from the newest on.
   *
   * @param since the oldest that is wanted
   * @param before only those that are older than this one
   * @param limit how many are wanted
   */
  List<HistoryLine> lines(JobId job, Instant since, Optional<HistoryLine> before, int limit);
}
