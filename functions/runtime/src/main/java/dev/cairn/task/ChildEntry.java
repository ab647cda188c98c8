package dev.cairn.task;

import dev.cairn.checkpoint.FailureReason;
import dev.cairn.format.FormatVersion;
import dev.cairn.id.ShardId;
import dev.cairn.id.SubtaskId;
import dev.cairn.job.Job;
import dev.cairn.journal.Entry;
import dev.cairn.journal.Entry.Header;
import dev.cairn.state.Channels;
import dev.cairn.state.ConflictingSchemasException;
import dev.cairn.state.HashRange;
import dev.cairn.state.Manifest;
import dev.cairn.state.Origin;
import dev.cairn.state.StateHandle;
import dev.cairn.stream.Shard;
import dev.cairn.task.FirstEntry.Result;
import dev.cairn.task.ports.TaskDecisions;
import dev.cairn.task.ports.TaskException;
import dev.cairn.task.ports.TaskPorts;
import dev.cairn.task.ports.TaskSettings;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * Makes the entry with which the child of a split or a merge is opened: with its part of the state
 * that its closed parents have.
 */
final class ChildEntry {
  private final TaskSettings settings;
  private final TaskPorts ports;
  private final TaskDecisions decisions;

  ChildEntry(TaskSettings settings, TaskPorts ports, TaskDecisions decisions) {
    this.settings = settings;
    this.ports = ports;
    this.decisions = decisions;
  }

  /** A child's parents, as the journals tell of them. */
  private static final class Parents {
    /** They have to be applied to their end first. */
    private final List<ShardId> open = new ArrayList<>();

    /** The stream has forgotten them, and the job never knew them. */
    private final List<ShardId> gone = new ArrayList<>();

    private final List<Entry.Base> closed = new ArrayList<>();

    /** They are closed, and nothing of them was ever applied. A user may have accepted that. */
    private final List<Header> unread = new ArrayList<>();

    private boolean isAccepted() {
      return gone.isEmpty() && unread.stream().allMatch(head -> head.following().mayBeMissing());
    }
  }

  /**
   * @param shard the child, with its parents
   * @param header of the entry
   */
  Result of(SubtaskId id, Job job, Shard shard, List<Shard> listed, Header header) {
    requireFormat(job, shard);
    Parents parents = new Parents();
    for (ShardId parent : shard.parents()) {
      find(parent, job, listed, parents);
    }
    if (!parents.open.isEmpty()) {
      return new Result.Waits(parents.open);
    }
    if (parents.gone.isEmpty() && parents.unread.isEmpty()) {
      return new Result.Opens(opened(id, shard, shard.parents(), parents.closed, header), Map.of());
    }
    return ofUnread(id, job, shard, parents, header);
  }

  private void find(ShardId parent, Job job, List<Shard> listed, Parents parents) {
    List<Entry> journal = ports.journal().fromLastBase(settings.subtask(parent));
    if (journal.isEmpty()) {
      (FirstEntry.find(listed, parent).isPresent() ? parents.open : parents.gone).add(parent);
    } else if (!decisions.isClosed(journal, job.epoch())) {
      parents.open.add(parent);
    } else if (((Entry.Base) journal.getFirst()).isClosedUnread()) {
      parents.unread.add(journal.getLast().header());
    } else {
      parents.closed.add((Entry.Base) journal.getFirst());
    }
  }

  /**
   * Opens a child although nothing of a parent was ever applied. Where no other subtask has or had
   * keys of the child, nothing is missing that the job knew of. Otherwise the records of that
   * parent are missing between the state of these keys and the child, which a user has to accept.
   */
  private Result ofUnread(SubtaskId id, Job job, Shard shard, Parents parents, Header header) {
    List<Entry.Base> closed = new ArrayList<>(parents.closed);
    List<ShardId> links = new ArrayList<>(shard.parents());
    Map<SubtaskId, List<Entry>> holders = holders(id, shard);
    if (!holders.isEmpty() && !parents.isAccepted()) {
      throw new StateElsewhereException(
          refusal(shard, parents, holders), holders.keySet().stream().findFirst());
    }
    List<ShardId> open = new ArrayList<>();
    holders.forEach(
        (holder, journal) -> {
          if (decisions.isClosed(journal, job.epoch())) {
            closed.add((Entry.Base) journal.getFirst());
            links.add(holder.shard());
          } else {
            open.add(holder.shard());
          }
        });
    return open.isEmpty()
        ? new Result.Opens(
            opened(id, shard, links, closed, header), unread(parents.gone, shard, header))
        : new Result.Waits(open);
  }

  /** The youngest of the subtasks that have or had keys of the child, apart from its parents. */
  private Map<SubtaskId, List<Entry>> holders(SubtaskId id, Shard shard) {
    Map<SubtaskId, List<Entry>> holders = new TreeMap<>();
    Set<ShardId> parentsOfHolders = new HashSet<>();
    for (SubtaskId one : ports.checkpoints().subtasks(id.job())) {
      if (one.equals(id)) {
        continue;
      }
      List<Entry> journal = ports.journal().fromLastBase(one);
      if (!journal.isEmpty() && holds((Entry.Base) journal.getFirst(), shard.range())) {
        holders.put(one, journal);
        parentsOfHolders.addAll(((Entry.Base) journal.getFirst()).origin().parents());
      }
    }
    // A child that opens again may have such a subtask among its parents already.
    holders
        .keySet()
        .removeIf(
            holder ->
                parentsOfHolders.contains(holder.shard())
                    || shard.parents().contains(holder.shard()));
    return holders;
  }

  private static boolean holds(Entry.Base base, HashRange range) {
    return base.mode() != Entry.Restored.Mode.UNOPENED
        && !base.isClosedUnread()
        && base.origin().range().intersection(range).isPresent();
  }

  private Entry.Opened opened(
      SubtaskId id, Shard shard, List<ShardId> links, List<Entry.Base> parents, Header header) {
    for (Entry.Base parent : parents) {
      if (parent.mode() == Entry.Restored.Mode.ANCESTOR) {
        throw new TaskException(
            FailureReason.RESHARDED,
            id
                + " cannot be opened: a checkpoint was restored that has the state of other"
                + " descendants of its parents, and none of "
                + shard.id());
      }
    }
    Manifest manifest;
    try {
      manifest =
          Manifest.union(
              parents.stream()
                  .map(parent -> decisions.inherited(parent.handle().manifest(), shard.range()))
                  .toList());
    } catch (ConflictingSchemasException e) {
      throw new TaskException(
          FailureReason.INCOMPATIBLE_STATE,
          id + " cannot be opened with the states of " + links + ": " + e.getMessage());
    }
    return new Entry.Opened(
        header.inheriting(parents.stream().map(Entry::header).toList()),
        new Origin(
            parents.stream()
                .findFirst()
                .map(parent -> parent.origin().start())
                .orElse(settings.start()),
            shard.range(),
            links),
        new StateHandle(manifest, Optional.empty()),
        Channels.EMPTY);
  }

  /** The first entries of parents that nobody can read any more: a late task of theirs loses. */
  private Map<SubtaskId, Entry.Closed> unread(List<ShardId> gone, Shard child, Header header) {
    Map<SubtaskId, Entry.Closed> unread = new TreeMap<>();
    for (ShardId parent : gone) {
      unread.put(
          settings.subtask(parent),
          // Which other keys the parent had is not known any more, and nothing depends on it.
          Entry.Closed.unread(
              Header.first(
                  ports.ids().get(),
                  header.epoch(),
                  header.writer(),
                  header.writtenAt(),
                  header.format()),
              new Origin(settings.start(), child.range())));
    }
    return unread;
  }

  private static void requireFormat(Job job, Shard shard) {
    if (!job.format().includes(FormatVersion.TWO)) {
      throw new TaskException(
          FailureReason.RESHARDED,
          shard.id()
              + " came from "
              + shard.parents()
              + " by a split or a merge, which the format of job "
              + job.id()
              + " cannot store: an earlier release may still have to read it. Once that release"
              + " is not needed any more, run: cairn upgrade; the shard is opened then");
    }
  }

  private static String refusal(Shard shard, Parents parents, Map<SubtaskId, List<Entry>> holders) {
    return shard.id()
        + " came from "
        + shard.parents()
        + " by a split or a merge, and waits: "
        + (parents.gone.isEmpty() ? "" : "the stream has forgotten " + parents.gone + ", and ")
        + "not all of its parents were read to their end, so records are missing between the state"
        + " of its keys, which lies with "
        + holders.keySet().stream().map(SubtaskId::shard).toList()
        + ", and this shard; go on without them with: cairn accept-gap "
        + shard.id();
  }
}
