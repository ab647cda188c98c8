package dev.cairn.damage;

import dev.cairn.id.JobId;
import java.util.List;

/** The files of a job that are known to be damaged. */
@FunctionalInterface
public interface DamageMarks {
  DamageMarks NONE = job -> List.of();

  /** Returns all marks, sorted by path. */
  List<Damage> damages(JobId job);
}
