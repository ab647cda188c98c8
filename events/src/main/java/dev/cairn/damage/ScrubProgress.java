package dev.cairn.damage;

import dev.cairn.storage.FilePath;
import java.time.Instant;

/** How far a scrubber has got on its round over all files that are needed. */
public sealed interface ScrubProgress {
  Instant begunAt();

  /** How many files of this round were read. */
  long files();

  /** How many bytes they should have. */
  long sizeBytes();

  /**
   * Everything up to a file was read, by path.
   *
   * @param after the last file that was
   */
  record UnderWay(Instant begunAt, long files, long sizeBytes, FilePath after)
      implements ScrubProgress {}

  /** Everything was read. */
  record Finished(Instant begunAt, long files, long sizeBytes, Instant finishedAt)
      implements ScrubProgress {}
}
