package dev.cairn.history;

import dev.cairn.id.JobId;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * A job's history. Lines are never changed, and expire. Reads are consistent.
 *
 * <p>Any method may throw {@link dev.cairn.journal.OutcomeUnknownException}: the write may have
 * happened or not; reading the mark again shows which.
 */
public interface History {
  /** The largest number of lines of one write. */
  int LARGEST_RECORD = 50;

  /** Returns how far the history reaches; empty before the first write. */
  Optional<HistoryMark> mark(JobId job);

  /**
   * Adds lines and moves the mark in one transaction, if the stored mark's version is the one
   * before this mark's version, which is 0 before the first write. Each line is therefore written
   * once, even if several writers record it.
   *
   * @param lines at most {@value #LARGEST_RECORD}
   */
  boolean record(JobId job, HistoryMark mark, List<HistoryLine> lines);

  /**
   * Reads lines, the newest first.
   *
   * @param since the time of the oldest line to read
   * @param before if present, only older lines are read
   * @param limit the largest number of lines
   */
  List<HistoryLine> lines(JobId job, Instant since, Optional<HistoryLine> before, int limit);
}
