package dev.cairn.damage;

import dev.cairn.id.JobId;
import dev.cairn.storage.FilePath;
import java.util.Optional;

/**
 * A scrubber's marks, and how far it has got. Reads are consistent. Each write stands for itself
 * and may be repeated; of two scrubbers at once, the later write stays.
 *
 * <p>Any method may throw {@link dev.cairn.journal.OutcomeUnknownException}.
 */
public interface DamageStore extends DamageMarks {

  /** Marks a file, over an earlier mark of the same one. */
  void mark(JobId job, Damage damage);

  /** Takes a file's mark away; without one, does nothing. */
  void unmark(JobId job, FilePath path);

  /** How far the last round got; empty before the first. */
  Optional<ScrubProgress> progress(JobId job);

  void save(JobId job, ScrubProgress progress);
}
