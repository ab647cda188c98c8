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
 * A command that was put on a job's item, by someone who wants to know what becomes of it.
 *
 * @param before the job just before it was
 */
public record TrackedCommand(Job before, Command command) {

  /** What stands on the item. */
  public Request request() {
    return CommandText.request(command);
  }

  /**
   * Puts it on the item, unless another request waits there.
   *
   * @param force whether it takes the place of one that waits
   * @return the one that waits; empty if nothing but this one does now
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
    // Somebody else has asked meanwhile; that may be served by now.
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

  /** What has become of it by now. Empty if the job is gone. */
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
