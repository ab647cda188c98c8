package dev.cairn.coordinator;

import dev.cairn.checkpoint.Checkpoint;
import dev.cairn.checkpoint.Fork;
import dev.cairn.checkpoint.Halt;
import dev.cairn.checkpoint.Job;
import dev.cairn.checkpoint.JobStatus;
import dev.cairn.checkpoint.Restoration;
import dev.cairn.id.JobId;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Begins other jobs from a job's checkpoints. The reference that keeps the files is registered in
 * the transaction that begins the child, while the checkpoint is complete: there is no moment at
 * which the child relies on a file that collection may take.
 */
final class Forking {
  private final CoordinatorPorts ports;
  private final Preflight preflight;

  Forking(CoordinatorPorts ports, Preflight preflight) {
    this.ports = ports;
    this.preflight = preflight;
  }

  /** Serves the request seen, or says why not. */
  Optional<String> fork(Job parent, Checkpoint.Completed checkpoint, JobId child, Instant now) {
    if (ports.checkpoints().job(child).isPresent()) {
      return Optional.of(
          "there is a job "
              + child
              + " in the table already: choose a name that no job has, or has had");
    }
    try {
      var unused = preflight.requireRestorable(parent, Restoration.of(checkpoint.id()));
    } catch (RefusedException e) {
      return Optional.of("checkpoint " + checkpoint.id() + " cannot be forked: " + e.reason());
    }
    // If something else came first, the request is still there and is decided anew.
    var unused = ports.checkpoints().fork(parent, Fork.of(checkpoint, child, now));
    return Optional.empty();
  }

  /** Lets a fork's files go because a user says so; or says why not. */
  Optional<String> release(Job parent, JobId name, Instant now) {
    List<Fork> forks = ports.checkpoints().forks(parent.id());
    Optional<Fork> fork = forks.stream().filter(one -> one.child().equals(name)).findFirst();
    if (fork.isEmpty()) {
      return Optional.of(
          "job "
              + parent.id()
              + " has no fork "
              + name
              + forks(forks)
              + ": nothing is kept for it");
    }
    Optional<String> needed = ports.checkpoints().job(name).flatMap(child -> end(child, now));
    if (needed.isPresent()) {
      return needed;
    }
    ports.checkpoints().release(fork.get(), now);
    return Optional.empty();
  }

  private static String forks(List<Fork> forks) {
    return forks.isEmpty()
        ? ""
        : forks.stream()
            .map(fork -> fork.child().value())
            .collect(Collectors.joining(", ", " (it has ", ")"));
  }

  /** Sees to it that the child does not begin any more; or says that it has. */
  private Optional<String> end(Job child, Instant now) {
    if (child.status() instanceof JobStatus.Halted(Halt.Cancelled c)
        || ports.checkpoints().forkedFrom(child.id()).isEmpty()) {
      return Optional.empty();
    }
    boolean hasBegun = !ports.checkpoints().subtasks(child.id()).isEmpty();
    if (!hasBegun
        && ports
            .checkpoints()
            .move(child, new JobStatus.Halted(new Halt.Cancelled(true)), List.of(), now)) {
      return Optional.empty();
    }
    return Optional.of(
        "the fork "
            + child.id()
            + " is "
            + child.status().label()
            + " and may need the files: it releases them itself when it no longer does; if it is not to"
            + " run any more, cancel it first, with: cairn cancel --job "
            + child.id());
  }
}
