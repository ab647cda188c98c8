package dev.cairn.damage;

import dev.cairn.storage.FilePath;
import java.time.Instant;

/** The progress of a scrubber's round over all needed files. */
public sealed interface ScrubProgress {
  Instant begunAt();

  /** Returns how many files of this round were read. */
  long files();

  /** Returns how many bytes these files should have. */
  long sizeBytes();

  /**
   * All files up to a path were read.
   *
   * @param after the last file that was read
   */
  record UnderWay(Instant begunAt, long files, long sizeBytes, FilePath after)
      implements ScrubProgress {}

  /** All files were read. */
  record Finished(Instant begunAt, long files, long sizeBytes, Instant finishedAt)
      implements ScrubProgress {}
}
