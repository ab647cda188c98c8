package dev.cairn.simulation.audit;

import dev.cairn.checkpoint.Checkpoint;
import dev.cairn.id.SubtaskId;
import dev.cairn.job.Job;
import java.util.List;
import java.util.Map;

/**
 * A job as it is after a step.
 *
 * @param item the job's item
 * @param checkpoints all that the table has
 */
record AuditedJob(Job item, List<Checkpoint> checkpoints, Map<SubtaskId, AuditedJournal> journals) {
  List<Checkpoint.Completed> completed() {
    return checkpoints.stream()
        .filter(Checkpoint.Completed.class::isInstance)
        .map(Checkpoint.Completed.class::cast)
        .toList();
  }

  boolean hasGap() {
    return journals.values().stream().anyMatch(journal -> journal.head().hasGap());
  }
}
