package dev.cairn.coordinator.resharding;

import dev.cairn.coordinator.ports.CoordinatorPorts;
import dev.cairn.id.ShardId;
import dev.cairn.id.StageId;
import dev.cairn.id.SubtaskId;
import dev.cairn.job.Job;
import dev.cairn.journal.Entry;
import dev.cairn.journal.Entry.Header;
import dev.cairn.journal.Entry.Writer;
import dev.cairn.journal.Journal.Append;
import dev.cairn.state.Origin;
import dev.cairn.state.StartPosition;
import dev.cairn.stream.Shard;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Closes shards that the stream has forgotten before the job read them, when a user accepts that
 * their records are missing. Their children can be opened then.
 */
public final class GapAcceptance {
  private final CoordinatorPorts ports;

  public GapAcceptance(CoordinatorPorts ports) {
    this.ports = ports;
  }

  /**
   * Closes the forgotten parents of all shards that the stream lists.
   *
   * @return false when the job has gone on to another epoch
   */
  public boolean acceptAll(Job job) {
    List<Shard> listed = ports.topology().source().stream().shards();
    return accept(job, listed, listed);
  }

  /** The result of accepting what is missing of one shard. */
  public sealed interface Result {
    record Accepted() implements Result {}

    record Refused(String reason) implements Result {}

    /** The job has gone on to another epoch, or another writer was faster. */
    record Later() implements Result {}
  }

  /**
   * Accepts that records are missing before a shard can continue: of the shard itself, which is
   * then closed where it stands if the stream has forgotten it, or of its parents.
   */
  public Result accept(Job job, ShardId shard) {
    List<Shard> listed = ports.topology().source().stream().shards();
    Optional<SubtaskId> known =
        ports.checkpoints().subtasks(job.id()).stream()
            .filter(subtask -> subtask.shard().equals(shard))
            .findFirst();
    if (known.isPresent()) {
      return accept(job, known.get());
    }
    if (ports.checkpoints().retired(job.id()).stream()
        .anyMatch(subtask -> subtask.shard().equals(shard))) {
      return new Result.Refused(
          shard
              + " is closed, and its children have taken over its state: nothing of it is waited"
              + " for");
    }
    List<Shard> child = listed.stream().filter(one -> one.id().equals(shard)).toList();
    if (child.isEmpty()) {
      return new Result.Refused(
          "the stream lists no shard " + shard + ", and job " + job.id() + " has not opened one");
    }
    if (child.getFirst().parents().isEmpty()) {
      return new Result.Refused(
          shard + " came from no other shard, so it waits for nothing that may be missing");
    }
    if (!accept(job, child, listed)) {
      return new Result.Later();
    }
    // The child looks in its closed parents' journals for the consent.
    for (ShardId parent : child.getFirst().parents()) {
      for (SubtaskId subtask : ports.checkpoints().subtasks(job.id())) {
        if (subtask.shard().equals(parent) && isClosed(subtask)) {
          Result result = accept(job, subtask);
          if (!(result instanceof Result.Accepted)) {
            return result;
          }
        }
      }
    }
    return new Result.Accepted();
  }

  private boolean isClosed(SubtaskId subtask) {
    List<Entry> journal = ports.journal().fromLastBase(subtask);
    return !journal.isEmpty()
        && ((Entry.Base) journal.getFirst()).mode() == Entry.Restored.Mode.CLOSED;
  }

  /** Notes in a journal that records after its position may be missing. */
  private Result accept(Job job, SubtaskId subtask) {
    List<Entry> journal = ports.journal().fromLastBase(subtask);
    Header head = journal.getLast().header();
    if (!head.epoch().equals(job.epoch()) || head.suspended()) {
      return new Result.Later();
    }
    if (head.following().mayBeMissing()) {
      return new Result.Accepted();
    }
    Entry.Resumed accepted =
        new Entry.Resumed(
            head.resumed(ports.ids().get(), job.epoch(), true, ports.clock().instant()));
    return ports.journal().append(subtask, accepted) == Append.APPENDED
        ? new Result.Accepted()
        : new Result.Later();
  }

  /**
   * Closes the forgotten parents of some shards.
   *
   * @return false when the job has gone on to another epoch
   */
  private boolean accept(Job job, Collection<Shard> children, List<Shard> listed) {
    Set<ShardId> known =
        listed.stream().map(Shard::id).collect(Collectors.toCollection(HashSet::new));
    List<SubtaskId> subtasks = ports.checkpoints().subtasks(job.id());
    Optional<SubtaskId> any = subtasks.stream().findFirst();
    if (any.isEmpty()) {
      return true;
    }
    subtasks.forEach(subtask -> known.add(subtask.shard()));
    ports.checkpoints().retired(job.id()).forEach(subtask -> known.add(subtask.shard()));
    StageId stage = any.get().stage();
    StartPosition start = start(any.get());
    for (Shard child : children) {
      for (ShardId parent : child.parents()) {
        if (known.add(parent)
            && close(job, new SubtaskId(job.id(), stage, parent), new Origin(start, child.range()))
                == Append.EPOCH_MOVED) {
          return false;
        }
      }
    }
    return true;
  }

  private StartPosition start(SubtaskId subtask) {
    return ports.journal().fromLastBase(subtask).stream()
        .findFirst()
        .map(base -> ((Entry.Base) base).origin().start())
        .orElse(new StartPosition.TrimHorizon());
  }

  private Append close(Job job, SubtaskId gone, Origin origin) {
    Header first =
        Header.first(
            ports.ids().get(),
            job.epoch(),
            Writer.COORDINATOR,
            ports.clock().instant(),
            job.format());
    return ports.journal().open(gone, Entry.Closed.unread(first, origin).acceptingGap());
  }
}
