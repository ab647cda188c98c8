package dev.cairn.command;

import dev.cairn.checkpoint.Checkpoint;
import dev.cairn.id.CheckpointId;
import dev.cairn.job.CheckpointStore;
import dev.cairn.job.Fork;
import dev.cairn.job.Job;
import dev.cairn.job.Request;
import java.util.List;
import java.util.Optional;

/**
 * A command on a job's item whose progress is followed.
 *
 * @param before the job just before the command was submitted
 */
public record TrackedCommand(Job before, Command command) {

  /** Returns the request that is put on the item. */
  public Request request() {
    return CommandText.request(command);
  }

  /**
   * Puts the request on the item, unless another request waits there.
   *
   * @param force whether it replaces a waiting request
   * @return the waiting request; empty if this request was submitted
   */
  public Optional<Request> submit(CheckpointStore store, boolean force) {
    if (force) {
      store.request(before.id(), request());
      return Optional.empty();
    }
    Optional<Request> waiting = other(before);
    if (waiting.isPresent() || store.request(before, request())) {
      return waiting;
    }
    // Another request came first in the meantime; it may have been executed by now.
    Optional<Job> now = store.job(before.id());
    waiting = now.flatMap(this::other);
    if (waiting.isEmpty() && now.isPresent() && !store.request(now.get(), request())) {
      return store.job(before.id()).flatMap(this::other);
    }
    return waiting;
  }

  private Optional<Request> other(Job job) {
    return job.requests().stream().filter(other -> !other.equals(request())).findFirst();
  }

  /** Returns the command's progress; empty if the job was deleted. */
  public Optional<CommandProgress> progress(CheckpointStore store) {
    return store
        .job(before.id())
        .map(
            now ->
                now.hasRequest(request())
                    ? new CommandProgress.Waiting(now)
                    : CommandProgress.of(
                        this, now, checkpointsSince(store), named(store), forks(store)));
  }

  /** Lists the checkpoints that have begun since. The first of them may be the requested one. */
  private List<Checkpoint> checkpointsSince(CheckpointStore store) {
    return store.checkpoints(before.id(), before.next());
  }

  private Optional<Checkpoint> named(CheckpointStore store) {
    return command instanceof Command.Dispose(CheckpointId id)
        ? store.checkpoint(before.id(), id)
        : Optional.empty();
  }

  private List<Fork> forks(CheckpointStore store) {
    return command instanceof Command.Fork || command instanceof Command.Unfork
        ? store.forks(before.id())
        : List.of();
  }
}
