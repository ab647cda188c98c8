package dev.cairn.coordinator.commanding;

import dev.cairn.checkpoint.Checkpoint;
import dev.cairn.coordinator.journals.EpochAdvance;
import dev.cairn.coordinator.journals.JournalGuards;
import dev.cairn.coordinator.journals.JournalTails;
import dev.cairn.coordinator.ports.CoordinatorPorts;
import dev.cairn.coordinator.restoring.Preflight;
import dev.cairn.coordinator.restoring.RestoreRefusedException;
import dev.cairn.id.JobId;
import dev.cairn.job.CheckpointStore;
import dev.cairn.job.Fork;
import dev.cairn.job.Halt;
import dev.cairn.job.Job;
import dev.cairn.job.JobStatus;
import dev.cairn.job.Restoration;
import dev.cairn.journal.Entry;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Begins other jobs from a job's checkpoints. The transaction that begins the child also registers
 * the reference that keeps the files, while the checkpoint is complete. At no time does the child
 * depend on a file that collection may delete.
 */
public final class ForkCommands {
  private final CoordinatorPorts ports;
  private final Preflight preflight;
  private final EpochAdvance epochs;

  public ForkCommands(
      CoordinatorPorts ports, JournalGuards guards, JournalTails tails, Preflight preflight) {
    this.ports = ports;
    this.preflight = preflight;
    this.epochs = new EpochAdvance(ports, guards, tails);
  }

  /** Begins the fork; returns the reason if it must be refused. */
  Optional<String> fork(Job parent, Checkpoint.Completed checkpoint, JobId child, Instant now) {
    if (ports.checkpoints().job(child).isPresent()) {
      return Optional.of(
          "there is a job "
              + child
              + " in the table already: choose a name that no job has, or has had");
    }
    try {
      var unused = preflight.requireRestorable(parent, Restoration.of(checkpoint.id()));
    } catch (RestoreRefusedException e) {
      return Optional.of("checkpoint " + checkpoint.id() + " cannot be forked: " + e.reason());
    }
    // If another change came first, the request remains and is decided again.
    var unused = ports.checkpoints().fork(parent, Fork.of(checkpoint, child, now));
    return Optional.empty();
  }

  /** The outcome of a request to release a fork's files. */
  sealed interface Release {
    record Done() implements Release {}

    record Refused(String reason) implements Release {}

    /** The fork has changed since it was read, or is ending: the request is decided again. */
    record Later() implements Release {}
  }

  /**
   * Releases a fork's files on a user's command, after the fork can no longer refer to them: the
   * fork is cancelled, its journals are suspended, and the release raises its epoch.
   */
  Release release(Job parent, JobId name, Instant now) {
    CheckpointStore store = ports.checkpoints();
    List<Fork> forks = store.forks(parent.id());
    Optional<Fork> found = forks.stream().filter(one -> one.child().equals(name)).findFirst();
    if (found.isEmpty()) {
      return new Release.Refused(
          "job "
              + parent.id()
              + " has no fork "
              + name
              + names(forks)
              + ": no files are kept for it");
    }
    Fork fork = found.get();
    if (fork.isReleased()) {
      // The release remains on the fork's item, so that the fork cannot be resumed.
      return new Release.Done();
    }
    Optional<Job> child = store.job(name);
    if (child.isPresent() && store.forkedFrom(name).isPresent()) {
      return end(child.get(), fork, now);
    }
    store.release(fork, now);
    return new Release.Done();
  }

  private static String names(List<Fork> forks) {
    return forks.isEmpty()
        ? ""
        : forks.stream()
            .map(fork -> fork.child().value())
            .collect(Collectors.joining(", ", " (it has ", ")"));
  }

  private Release end(Job child, Fork fork, Instant now) {
    return switch (child.status()) {
      case JobStatus.Halted(Halt.Cancelled c) -> releaseCancelled(child, fork, now);
      case JobStatus.Suspending(Halt.Cancelled to) -> suspend(child, to, now);
      case JobStatus.Restoring r when !hasBegun(child) -> cancel(child, now);
      case JobStatus.Restoring r -> mayNeedThem(child);
      case JobStatus.Suspending s -> mayNeedThem(child);
      case JobStatus.Halted h -> mayNeedThem(child);
      case JobStatus.Running r -> mayNeedThem(child);
      case JobStatus.Replaying r -> mayNeedThem(child);
      case JobStatus.Resuming r -> mayNeedThem(child);
    };
  }

  private boolean hasBegun(Job child) {
    return !ports.checkpoints().subtasks(child.id()).isEmpty();
  }

  private static Release mayNeedThem(Job child) {
    return new Release.Refused(
        "the fork "
            + child.id()
            + " is "
            + child.status().label()
            + " and may need the files: it releases them itself when it no longer needs them;"
            + " if it is not to run any more, cancel it first, with: cairn cancel --job "
            + child.id());
  }

  /**
   * Raises the epoch of a fork that has opened no subtask. If it has a coordinator, that
   * coordinator stops.
   */
  private Release cancel(Job child, Instant now) {
    Halt.Cancelled cancelled = new Halt.Cancelled(true);
    boolean begun =
        ports.checkpoints().move(child, new JobStatus.Suspending(cancelled), List.of(), now);
    return begun
        ? ports
            .checkpoints()
            .job(child.id())
            .map(suspending -> suspend(suspending, cancelled, now))
            .orElseGet(Release.Later::new)
        : new Release.Later();
  }

  /**
   * Suspends subtasks that the fork's coordinator may just have opened. Afterwards nothing can be
   * appended in the earlier epoch. The fork's own coordinator disables its mapping.
   */
  private Release suspend(Job child, Halt.Cancelled to, Instant now) {
    if (!(child.status() instanceof JobStatus.Suspending(Halt halt) && halt.equals(to))) {
      return new Release.Later();
    }
    boolean all =
        epochs.appendToAll(
            child,
            tail ->
                new Entry.Suspended(tail.head().suspended(ports.ids().get(), child.epoch(), now)));
    if (all) {
      var unused = ports.checkpoints().move(child, new JobStatus.Halted(to), List.of(), now);
    }
    return new Release.Later();
  }

  private Release releaseCancelled(Job child, Fork fork, Instant now) {
    Optional<Fork> needing =
        ports.checkpoints().forks(child.id()).stream().filter(one -> !one.isReleased()).findFirst();
    if (needing.isPresent()) {
      return new Release.Refused(
          "the fork "
              + child.id()
              + " has itself a fork, "
              + needing.get().child()
              + ", which may need the files: release that one first, with: cairn fork --job "
              + child.id()
              + " --release "
              + needing.get().child());
    }
    return ports.checkpoints().unfork(child, fork, now) ? new Release.Done() : new Release.Later();
  }

  /** Returns why a job cannot continue, if it is a fork whose files a user has released. */
  Optional<String> lost(Job job) {
    return ports
        .checkpoints()
        .forkedFrom(job.id())
        .filter(Fork::isReleased)
        .map(
            fork ->
                "job "
                    + job.id()
                    + " was a fork of "
                    + fork.parent()
                    + ", and the files that it began from were released at "
                    + fork.releasedAt().orElseThrow()
                    + ": its journals may need them; restore a savepoint, or a checkpoint"
                    + " with files of its own, or begin another fork, with:"
                    + " cairn fork ID --as NAME --job "
                    + fork.parent());
  }
}
