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
 * Writes a job's history: compares the job's state with the recorded one, and adds missing lines.
 * Nothing waits for the history; a line that was not written is added by the next tick.
 */
public final class HistoryWriter {
  private static final int ATTEMPTS = 5;

  private final CoordinatorPorts ports;
  private final HistoryDiff decisions = new HistoryDiff();
  // The cached mark. The conditional write detects whether another container has moved the mark.
  private final Map<JobId, Known> known = new HashMap<>();

  /**
   * The recorded state.
   *
   * @param outdated a job that was read before the mark; comparing with it would report later
   *     changes as reverted
   */
  private record Known(HistoryMark mark, Optional<Job> outdated) {}

  public HistoryWriter(CoordinatorPorts ports) {
    this.ports = ports;
  }

  /**
   * Records the changes right after a request was executed or refused, while the requester is
   * known.
   */
  public void served(Job job, Request request) {
    record(job, List.of(), Optional.empty(), Optional.of(request));
  }

  /** Records the changes after an announcement. */
  public void happened(Job job) {
    record(job, List.of(), Optional.empty(), Optional.empty());
  }

  /**
   * Records the changes at a tick, including those that earlier calls have left out.
   *
   * @param checkpoints read after the job; missing ones are read if they are needed
   * @param failing the subtasks that fail, by name; empty while the job is halted
   */
  public void tick(
      Job job, List<Checkpoint> checkpoints, Optional<SortedMap<String, Failure>> failing) {
    if (ports.history().isPresent()) {
      Observed seen = new Observed(ports.versions().of(job.id()), failing);
      record(job, checkpoints, Optional.of(seen), Optional.empty());
    }
  }

  private void record(
      Job job, List<Checkpoint> checkpoints, Optional<Observed> seen, Optional<Request> request) {
    if (ports.history().isEmpty()) {
      return;
    }
    try {
      record(ports.history().get(), job, checkpoints, seen, request);
    } catch (OutcomeUnknownException e) {
      // The next tick finds the missing lines.
    }
  }

  private void record(
      History history,
      Job job,
      List<Checkpoint> checkpoints,
      Optional<Observed> seen,
      Optional<Request> request) {
    Job current = job;
    List<Checkpoint> read = checkpoints;
    for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
      Optional<Known> before = Optional.ofNullable(known.remove(job.id()));
      Optional<HistoryMark> mark =
          before.isPresent() ? before.map(Known::mark) : history.mark(job.id());
      if (before.isEmpty() || before.get().outdated().equals(Optional.of(current))) {
        // The job is read after the mark, so the mark is never newer than the job; the write fails
        // if another container moves the mark in between.
        current = ports.checkpoints().job(job.id()).orElse(job);
        read = List.of();
      }
      CheckpointId next = mark.map(HistoryMark::next).orElse(new CheckpointId(1));
      read = from(next, current, read);
      Instant now = ports.clock().instant();
      Optional<Job> outdated = current.equals(job) ? Optional.empty() : Optional.of(job);
      Optional<Missing> missing = decisions.missing(mark, current, read, seen, request, now);
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

  /** A warm coordinator no longer reads ended checkpoints. */
  private List<Checkpoint> from(CheckpointId next, Job job, List<Checkpoint> read) {
    // The checkpoints that it reads may have gaps between them.
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
