package dev.cairn.damage;

import dev.cairn.id.JobId;
import java.util.List;

/** Which of a job's files are known to be damaged. */
@FunctionalInterface
public interface DamageMarks {
  DamageMarks NONE = job -> List.of();

  /** Returns all marks, sorted by path. */
  List<Damage> damages(JobId job);
}
