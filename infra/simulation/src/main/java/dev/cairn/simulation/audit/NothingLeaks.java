package dev.cairn.simulation.audit;

import dev.cairn.checkpoint.Checkpoint;
import dev.cairn.id.JobId;
import dev.cairn.id.SubtaskId;
import dev.cairn.inmemory.s3.InMemoryStorage;
import dev.cairn.storage.FilePath;
import dev.cairn.storage.FileStorage;
import dev.cairn.storage.Layout;
import java.time.Instant;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/** In the end nothing is left but what is needed, and that is bounded by what is retained. */
final class NothingLeaks {
  private final StoredTable table;
  private final InMemoryStorage storage;
  private final JobId job;
  private final SharedFilesAudit shared;
  private final NeededFiles neededFiles;
  private final Map<SubtaskId, AuditedJournal> journals;

  NothingLeaks(
      StoredTable table,
      InMemoryStorage storage,
      JobId job,
      SharedFilesAudit shared,
      NeededFiles neededFiles,
      Map<SubtaskId, AuditedJournal> journals) {
    this.table = table;
    this.storage = storage;
    this.job = job;
    this.shared = shared;
    this.neededFiles = neededFiles;
    this.journals = journals;
  }

  /**
   * @param since after this, every journal has moved on, a checkpoint was completed and collection
   *     has run; all that expires has expired
   */
  void check(Instant since, int numRetained, int maximumRuns) {
    Set<FilePath> needed = neededFiles.referred();
    shared.checkNothingLeaks(needed);
    storage.list(Layout.job(job)).stream()
        .filter(file -> file.lastModified().isBefore(since))
        .map(FileStorage.Stored::path)
        .filter(path -> !needed.contains(path) && !Layout.isDeadLetter(path))
        .findAny()
        .ifPresent(
            path -> {
              throw new Violation(Invariants.BOUNDED, path + " is left, and nobody needs it");
            });
    int shards = journals.size();
    long savepoints =
        table.checkpoints(job).stream()
            .filter(Checkpoint.Completed.class::isInstance)
            .filter(Checkpoint::isSavepoint)
            .count();
    // Kept beside them are the latest one where it holds nothing new, the one that an undo leads
    // to, the pinned ones, every savepoint until it is disposed of, and what a fork needs.
    int pinned = table.job(job).orElseThrow().pinned().size();
    int kept = numRetained + 2 + pinned + Math.toIntExact(savepoints) + shared.forks();
    // A state file and its runs, for each checkpoint and for the journal's head; and the metadata.
    int mostFiles = shards * (kept + 1) * (1 + maximumRuns) + kept;
    // Job, checkpoints; and of each subtask its registration, base and what came since.
    int mostItems =
        1
            + kept
            + shared.items()
            + Stream.concat(journals.keySet().stream(), table.retired(job).stream())
                .mapToInt(subtask -> 1 + table.fromLastBase(subtask).size())
                .sum();
    if (needed.size() > mostFiles || table.size() > mostItems) {
      throw new Violation(
          Invariants.BOUNDED,
          needed.size()
              + " files and "
              + table.size()
              + " items are left, and with "
              + kept
              + " checkpoints of "
              + shards
              + " subtasks there should be "
              + mostFiles
              + " and "
              + mostItems
              + " at most");
    }
  }
}
