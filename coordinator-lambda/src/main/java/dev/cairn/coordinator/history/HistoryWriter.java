package dev.cairn.coordinator.history;

import dev.cairn.checkpoint.Checkpoint;
import dev.cairn.checkpoint.Failure;
import dev.cairn.coordinator.history.HistoryDiff.Missing;
import dev.cairn.coordinator.history.HistoryDiff.Observed;
import dev.cairn.coordinator.ports.Announcement;
import dev.cairn.coordinator.ports.CoordinatorPorts;
import dev.cairn.history.History;
import dev.cairn.history.HistoryMark;
import dev.cairn.id.CheckpointId;
import dev.cairn.id.JobId;
import dev.cairn.job.Job;
import dev.cairn.job.Request;
import dev.cairn.journal.OutcomeUnknownException;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;

/**
 * Keeps a job's history: compares how the job stands with what is recorded, and adds what is
 * missing. Nothing waits for it, and whoever does not get to it leaves it to the next tick.
 */
public final class HistoryWriter {
  private static final int ATTEMPTS = 5;

  private final CoordinatorPorts ports;
  private final HistoryDiff decisions = new HistoryDiff();
  // What nobody else has moved on meanwhile; the record itself finds out whether somebody has.
  private final Map<JobId, Known> known = new HashMap<>();

  /**
   * What is recorded.
   *
   * @param outdated a job that was read before it: compared with that, what has happened since
   *     would seem undone
   */
  private record Known(HistoryMark mark, Optional<Job> outdated) {}

  public HistoryWriter(CoordinatorPorts ports) {
    this.ports = ports;
  }

  /** Right after a request was served or refused, while it is known who asked. */
  public void served(Job job, Request request) {
    record(job, List.of(), Optional.empty(), Optional.of(request));
  }

  /** When something has happened. */
  public void happened(Job job) {
    record(job, List.of(), Optional.empty(), Optional.empty());
  }

  /**
   * At each tick, also for what those before have left out.
   *
   * @param checkpoints read after the job; those that are missing are read if they are needed
   * @param failing the subtasks that fail, by name; empty while nothing is applied
   */
  public void tick(
      Job job, List<Checkpoint> checkpoints, Optional<SortedMap<String, Failure>> failing) {
    if (ports.history().isPresent()) {
      Observed seen = new Observed(ports.versions().of(job.id()), failing);
      record(job, checkpoints, Optional.of(seen), Optional.empty());
    }
  }

  private void record(
      Job job, List<Checkpoint> checkpoints, Optional<Observed> seen, Optional<Request> asked) {
    if (ports.history().isEmpty()) {
      return;
    }
    try {
      record(ports.history().get(), job, checkpoints, seen, asked);
    } catch (OutcomeUnknownException e) {
      // The next tick finds out what is missing.
    }
  }

  private void record(
      History history,
      Job job,
      List<Checkpoint> checkpoints,
      Optional<Observed> seen,
      Optional<Request> asked) {
    Job current = job;
    List<Checkpoint> read = checkpoints;
    for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
      Optional<Known> before = Optional.ofNullable(known.remove(job.id()));
      Optional<HistoryMark> mark =
          before.isPresent() ? before.map(Known::mark) : history.mark(job.id());
      if (before.isEmpty() || before.get().outdated().equals(Optional.of(current))) {
        // Read after the mark: what it says of the job is never newer than what is compared with
        // it, and a record fails if somebody moves it meanwhile.
        current = ports.checkpoints().job(job.id()).orElse(job);
        read = List.of();
      }
      CheckpointId next = mark.map(HistoryMark::next).orElse(new CheckpointId(1));
      read = from(next, current, read);
      Instant now = ports.clock().instant();
      Optional<Job> outdated = current.equals(job) ? Optional.empty() : Optional.of(job);
      Optional<Missing> missing = decisions.missing(mark, current, read, seen, asked, now);
      if (missing.isEmpty()) {
        mark.ifPresent(same -> known.put(job.id(), new Known(same, outdated)));
        return;
      }
      if (history.record(job.id(), missing.get().mark(), missing.get().lines())) {
        known.put(job.id(), new Known(missing.get().mark(), outdated));
        if (missing.get().isAll()) {
          return;
        }
      }
    }
  }

  /** A warm coordinator no longer reads those that are over. */
  private List<Checkpoint> from(CheckpointId next, Job job, List<Checkpoint> read) {
    // Between those that it does read there may be gaps.
    long wanted = job.next().value() - next.value();
    long found =
        read.stream()
            .map(Checkpoint::id)
            .filter(id -> !next.isAfter(id) && job.next().isAfter(id))
            .count();
    boolean isCovered = found >= wanted;
    return isCovered ? read : ports.checkpoints().checkpoints(job.id(), next);
  }

  public boolean concerns(Announcement announcement) {
    return ports.history().isPresent() && decisions.concerns(announcement);
  }
}
