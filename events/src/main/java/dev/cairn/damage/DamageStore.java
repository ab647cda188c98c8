package dev.cairn.damage;

import dev.cairn.id.JobId;
import dev.cairn.storage.FilePath;
import java.util.Optional;

/**
 * A scrubber's marks and its progress. Reads are consistent. Each write is independent and may be
 * repeated; if two scrubbers write, the later write wins.
 *
 * <p>Any method may throw {@link dev.cairn.journal.OutcomeUnknownException}.
 */
public interface DamageStore extends DamageMarks {

  /** Marks a file, replacing an earlier mark of the file. */
  void mark(JobId job, Damage damage);

  /** Removes a file's mark, if there is one. */
  void unmark(JobId job, FilePath path);

  /** Returns the progress of the last round; empty before the first. */
  Optional<ScrubProgress> progress(JobId job);

  void save(JobId job, ScrubProgress progress);
}
