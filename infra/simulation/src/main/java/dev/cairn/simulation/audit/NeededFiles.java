package dev.cairn.simulation.audit;

import dev.cairn.checkpoint.Acknowledgement;
import dev.cairn.checkpoint.Checkpoint;
import dev.cairn.id.JobId;
import dev.cairn.id.SubtaskId;
import dev.cairn.journal.Entry;
import dev.cairn.state.Payload;
import dev.cairn.storage.FilePath;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The files that journals, checkpoints and forks need. None of them is ever deleted. */
final class NeededFiles {
  private final StoredTable table;
  private final JobId job;
  private final AuditedFiles files;
  private final SharedFilesAudit shared;
  private final Map<SubtaskId, AuditedJournal> journals;
  private Set<FilePath> referred = Set.of();
  private long referredAt = -1;

  NeededFiles(
      StoredTable table,
      JobId job,
      AuditedFiles files,
      SharedFilesAudit shared,
      Map<SubtaskId, AuditedJournal> journals) {
    this.table = table;
    this.job = job;
    this.files = files;
    this.shared = shared;
    this.journals = journals;
  }

  /**
   * @throws Violation if a file that is about to be deleted is needed
   */
  void requireUnneeded(FilePath path) {
    if (referredAt != table.changes()) {
      referred = referred();
      referredAt = table.changes();
    }
    if (referred.contains(path)) {
      throw new Violation(
          Invariants.RETAINED,
          path + " is deleted, and is still referred to" + shared.holders(path));
    }
  }

  /** Every file that something refers to. */
  Set<FilePath> referred() {
    Set<FilePath> referred = new HashSet<>();
    for (AuditedJournal journal : journals.values()) {
      for (Entry entry : journal.fromBase()) {
        if (entry instanceof Entry.Base base) {
          base.handle().stateFile().ifPresent(file -> referred.add(file.path()));
          base.handle().manifest().runs().forEach(run -> referred.add(run.file().path()));
        }
        if (entry instanceof Entry.Advanced advanced
            && advanced.delta() instanceof Payload.Stored stored) {
          referred.add(stored.file().path());
        }
      }
    }
    for (Checkpoint checkpoint : table.checkpoints(job)) {
      switch (checkpoint) {
        case Checkpoint.Completed done -> {
          referred.add(done.metadata().path());
          addAcknowledged(referred, files.metadata(done).acknowledgements());
        }
        case Checkpoint.Pending pending ->
            addAcknowledged(
                referred,
                table.acknowledgements(job, pending.id()).stream()
                    .filter(Acknowledgement.Acknowledged.class::isInstance)
                    .map(Acknowledgement.Acknowledged.class::cast)
                    .toList());
        case Checkpoint.Aborted a -> {}
        case Checkpoint.Subsumed s -> {}
      }
    }
    referred.addAll(shared.needed());
    return referred;
  }

  private void addAcknowledged(
      Set<FilePath> referred, List<Acknowledgement.Acknowledged> acknowledgements) {
    for (Acknowledgement.Acknowledged acknowledged : acknowledgements) {
      if (acknowledged.stateFile().isPresent()) {
        referred.add(acknowledged.stateFile().get().path());
        files
            .state(acknowledged.stateFile().get())
            .manifest()
            .runs()
            .forEach(run -> referred.add(run.file().path()));
      }
    }
  }
}
