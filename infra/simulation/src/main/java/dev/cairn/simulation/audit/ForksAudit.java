package dev.cairn.simulation.audit;

import dev.cairn.checkpoint.Acknowledgement;
import dev.cairn.checkpoint.Checkpoint;
import dev.cairn.checkpoint.CheckpointFormat;
import dev.cairn.id.JobId;
import dev.cairn.id.SubtaskId;
import dev.cairn.inmemory.s3.InMemoryStorage;
import dev.cairn.job.Fork;
import dev.cairn.job.Halt;
import dev.cairn.job.Job;
import dev.cairn.job.JobStatus;
import dev.cairn.journal.Entry;
import dev.cairn.journal.Entry.Header;
import dev.cairn.state.Payload;
import dev.cairn.state.RunRef;
import dev.cairn.state.StateHandle;
import dev.cairn.storage.FilePath;
import dev.cairn.storage.FileRef;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Checks the forks of the audited job, as far as they share its files: what a fork's journals and
 * checkpoints refer to stays, and a fork that has ended applies nothing.
 */
final class ForksAudit {
  private final StoredTable table;
  private final InMemoryStorage storage;
  private final JobId job;

  /**
   * @param job the job that was forked
   */
  ForksAudit(StoredTable table, InMemoryStorage storage, JobId job) {
    this.job = job;
    this.table = table;
    this.storage = storage;
  }

  /** A fork that halts has suspended journals; one that runs has journals of its epoch. */
  void check(JobId fork) {
    Job job = table.job(fork).orElseThrow();
    if (!job.status().isSettled()) {
      return;
    }
    for (SubtaskId subtask : table.subtasks(fork)) {
      Header head = table.fromLastBase(subtask).getLast().header();
      if (job.status().isRunning() && !head.epoch().equals(job.epoch())) {
        throw new Violation(
            Invariants.EPOCH,
            "fork " + fork + " is in epoch " + job.epoch() + ", and " + subtask + " in " + head);
      }
      if (head.suspended() == job.status().isRunning()) {
        throw new Violation(
            Invariants.HALTED,
            "fork "
                + fork
                + " is "
                + job.status().label()
                + ", and the head of "
                + subtask
                + " is "
                + head);
      }
    }
  }

  /** The files that the fork's journals and complete checkpoints refer to. */
  Set<FilePath> needed(JobId fork) {
    if (hasGivenUp(fork)) {
      return Set.of();
    }
    Set<FilePath> needed = new HashSet<>();
    for (SubtaskId subtask : table.subtasks(fork)) {
      for (Entry entry : table.fromLastBase(subtask)) {
        if (entry instanceof Entry.Base base) {
          add(needed, base.handle());
        }
        if (entry instanceof Entry.Advanced advanced
            && advanced.delta() instanceof Payload.Stored stored) {
          needed.add(stored.file().path());
        }
      }
    }
    for (Checkpoint checkpoint : table.checkpoints(fork)) {
      if (checkpoint instanceof Checkpoint.Completed completed) {
        add(needed, completed);
      }
    }
    return needed;
  }

  /** Whether a user has let its files go: it is cancelled, and cannot be resumed. */
  private boolean hasGivenUp(JobId fork) {
    return table.job(fork).orElseThrow().status() instanceof JobStatus.Halted(Halt halt)
        && halt instanceof Halt.Cancelled
        && table.forks(job).stream()
            .filter(one -> one.child().equals(fork))
            .allMatch(Fork::isReleased);
  }

  private static void add(Set<FilePath> needed, StateHandle handle) {
    handle.stateFile().ifPresent(file -> needed.add(file.path()));
    handle.manifest().runs().stream().map(RunRef::file).map(FileRef::path).forEach(needed::add);
  }

  private void add(Set<FilePath> needed, Checkpoint.Completed completed) {
    needed.add(completed.metadata().path());
    byte[] metadata = bytes(completed.metadata().path());
    for (Acknowledgement.Acknowledged acknowledged :
        CheckpointFormat.readMetadata(metadata, completed.metadata().path()).acknowledgements()) {
      if (acknowledged.stateFile().isPresent()) {
        FilePath state = acknowledged.stateFile().get().path();
        needed.add(state);
        List<RunRef> runs = CheckpointFormat.readState(bytes(state), state).manifest().runs();
        runs.forEach(run -> needed.add(run.file().path()));
      }
    }
  }

  private byte[] bytes(FilePath path) {
    return storage
        .get(path)
        .orElseThrow(() -> new Violation(Invariants.FILES, path + " of a fork does not exist"));
  }

  /** The items of the fork's own: registrations, entries, checkpoints and acknowledgements. */
  int items(JobId fork) {
    int items = table.checkpoints(fork).size();
    for (Checkpoint checkpoint : table.checkpoints(fork)) {
      items += table.acknowledgements(fork, checkpoint.id()).size();
    }
    List<SubtaskId> subtasks = new ArrayList<>(table.subtasks(fork));
    subtasks.addAll(table.retired(fork));
    for (SubtaskId subtask : subtasks) {
      items += 1 + table.journal(subtask).size();
    }
    return items;
  }
}
