package dev.cairn.coordinator.collecting;

import dev.cairn.coordinator.journals.JournalTail;
import dev.cairn.coordinator.ports.CoordinatorPorts;
import dev.cairn.id.SubtaskId;
import dev.cairn.job.Job;
import dev.cairn.storage.FileStorage;
import dev.cairn.storage.FileStorage.Stored;
import dev.cairn.storage.Layout;
import dev.cairn.storage.StorageException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/**
 * Deletes dead letters that are older than the job's retention for them. A shard's dead letters are
 * listed in the order of its records, so only the first ones are read: the cost is proportional to
 * the deletions, and a job without dead letters pays for one list request a day.
 */
public final class ExpiredLetters {
  private static final Duration BETWEEN_LOOKS = Duration.ofDays(1);
  private static final int PAGE = 1000;
  private static final int MOST_PAGES = 10;

  private final CoordinatorPorts ports;
  private Instant lastLook = Instant.MIN;

  public ExpiredLetters(CoordinatorPorts ports) {
    this.ports = ports;
  }

  /** Deletes expired dead letters once a day, and once in each new container of the coordinator. */
  public void deleteDue(Job job, Collection<JournalTail> tails, Instant now) {
    Duration retention = job.settings().deadLetterRetention();
    // A short retention, as in a demonstration, is checked more often.
    Duration pause = retention.compareTo(BETWEEN_LOOKS) < 0 ? retention : BETWEEN_LOOKS;
    if (now.isBefore(lastLook.plus(pause))) {
      return;
    }
    lastLook = now;
    try {
      if (!ports.storage().listFirst(Layout.deadLetters(job.id()), 1).isEmpty()) {
        Instant before = now.minus(retention);
        // Dead letters of a retired subtask are kept as long as those of any other subtask.
        List<SubtaskId> subtasks = new ArrayList<>(ports.checkpoints().retired(job.id()));
        tails.forEach(tail -> subtasks.add(tail.subtask()));
        ports.fanOut().forEach(subtasks, subtask -> delete(subtask, before));
      }
    } catch (StorageException e) {
      // The next run deletes them.
    }
  }

  private void delete(SubtaskId subtask, Instant before) {
    FileStorage storage = ports.storage();
    for (int page = 0; page < MOST_PAGES; page++) {
      List<Stored> first = storage.listFirst(Layout.deadLetters(subtask), PAGE);
      List<Stored> expired =
          first.stream().filter(file -> file.lastModified().isBefore(before)).toList();
      expired.forEach(file -> storage.delete(file.path()));
      if (expired.size() < PAGE) {
        return;
      }
    }
  }
}
