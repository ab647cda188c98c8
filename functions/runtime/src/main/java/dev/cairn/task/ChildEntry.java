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
import dev.cairn.state.KeyOwners;
import dev.cairn.state.Manifest;
import dev.cairn.state.Origin;
import dev.cairn.state.StartPosition;
import dev.cairn.state.StateHandle;
import dev.cairn.stream.Shard;
import dev.cairn.task.FirstEntry.Result;
import dev.cairn.task.ports.TaskDecisions;
import dev.cairn.task.ports.TaskException;
import dev.cairn.task.ports.TaskPorts;
import dev.cairn.task.ports.TaskSettings;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

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

  /** A closed subtask whose state a child takes over. */
  private record Closed(Entry.Base base, Header head) {
    static Closed of(List<Entry> journal) {
      return new Closed((Entry.Base) journal.getFirst(), journal.getLast().header());
    }
  }

  /** A child's parents, as the journals tell of them. */
  private static final class Parents {
    /** They have to be applied to their end first. */
    private final List<ShardId> open = new ArrayList<>();

    /** The stream has forgotten them, and the job never knew them. */
    private final List<ShardId> gone = new ArrayList<>();

    private final List<Closed> closed = new ArrayList<>();

    /** They are closed, and nothing of them was ever applied. A user may have accepted that. */
    private final List<Header> unread = new ArrayList<>();

    private boolean isAccepted() {
      return gone.isEmpty() && unread.stream().allMatch(head -> head.following().mayBeMissing());
    }
  }

  /**
   * @param shard the child, with its parents
   * @param header of the entry
   * @param isReopened whether the child has a journal, because the job opened it in an earlier
   *     epoch
   */
  Result of(
      SubtaskId id, Job job, Shard shard, List<Shard> listed, Header header, boolean isReopened) {
    requireFormat(job, shard);
    Parents parents = new Parents();
    for (ShardId parent : shard.parents()) {
      find(parent, job, listed, parents);
    }
    if (!parents.open.isEmpty()) {
      return new Result.Waits(parents.open);
    }
    if (parents.gone.isEmpty() && parents.unread.isEmpty()) {
      if (!isReopened) {
        requireUnexpired(shard, parents);
      }
      List<Inheritance> inherited =
          parents.closed.stream()
              .map(parent -> new Inheritance(parent, List.of(shard.range())))
              .toList();
      return new Result.Opens(opened(id, shard, shard.parents(), inherited, header), Map.of());
    }
    return ofUnread(id, job, shard, parents, header);
  }

  /**
   * Refuses a child that the stream had before its oldest records, because records may have expired
   * before any task read it. A child is usually opened within a minute after its parents are
   * closed.
   */
  private void requireUnexpired(Shard shard, Parents parents) {
    boolean isAccepted =
        parents.closed.stream().anyMatch(parent -> parent.head().following().mayBeMissing());
    if (isAccepted) {
      return;
    }
    List<Shard> open = ports.stream().shardsOpenAt(new StartPosition.TrimHorizon());
    // At no time are a shard and its parent open. LocalStack lists both, as it lists all shards.
    boolean isOpenAtATime =
        shard.parents().stream().allMatch(parent -> FirstEntry.find(open, parent).isEmpty());
    if (isOpenAtATime && FirstEntry.find(open, shard.id()).isPresent()) {
      throw new StateElsewhereException(
          shard.id()
              + " came from "
              + shard.parents()
              + " by a split or a merge, longer ago than the stream keeps records, and no task has"
              + " read it since: its oldest records have expired, if there were any. To continue"
              + " without them, run: cairn accept-gap "
              + shard.id(),
          Optional.of(settings.subtask(shard.parents().getFirst())));
    }
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
      parents.closed.add(Closed.of(journal));
    }
  }

  /**
   * Opens a child although nothing of a parent was ever applied. Where no other subtask has or had
   * keys of the child, nothing is missing that the job knew of. Otherwise the records of that
   * parent are missing between the state of these keys and the child, which a user has to accept.
   */
  private Result ofUnread(SubtaskId id, Job job, Shard shard, Parents parents, Header header) {
    Map<ShardId, Holder> holders = holders(id, shard);
    Set<ShardId> others = new TreeSet<>(holders.keySet());
    shard.parents().forEach(others::remove);
    if (!others.isEmpty() && !parents.isAccepted()) {
      throw new StateElsewhereException(
          refusal(shard, parents, others), others.stream().findFirst().map(settings::subtask));
    }
    List<ShardId> open =
        others.stream()
            .filter(other -> !decisions.isClosed(holder(holders, other).journal(), job.epoch()))
            .toList();
    if (!open.isEmpty()) {
      return new Result.Waits(open);
    }
    List<ShardId> links = new ArrayList<>(shard.parents());
    links.addAll(others);
    List<Inheritance> inherited =
        links.stream()
            .filter(holders::containsKey)
            .map(one -> holder(holders, one))
            .map(one -> new Inheritance(Closed.of(one.journal()), one.owned()))
            .toList();
    return new Result.Opens(
        opened(id, shard, links, inherited, header.inheriting(parents.unread)),
        unread(parents.gone, shard, header));
  }

  /**
   * A subtask that has the latest state of some of the child's keys.
   *
   * @param owned these keys
   */
  private record Holder(List<Entry> journal, List<HashRange> owned) {}

  private static Holder holder(Map<ShardId, Holder> holders, ShardId shard) {
    return Optional.ofNullable(holders.get(shard)).orElseThrow();
  }

  /** Returns the subtasks that have the latest state of the child's keys. */
  private Map<ShardId, Holder> holders(SubtaskId id, Shard shard) {
    Map<ShardId, List<Entry>> journals = new TreeMap<>();
    Map<ShardId, Origin> origins = new TreeMap<>();
    for (SubtaskId one : ports.checkpoints().subtasks(id.job())) {
      List<Entry> journal = one.equals(id) ? List.of() : ports.journal().fromLastBase(one);
      if (!journal.isEmpty() && ((Entry.Base) journal.getFirst()).hasState()) {
        journals.put(one.shard(), journal);
        origins.put(one.shard(), ((Entry.Base) journal.getFirst()).origin());
      }
    }
    Map<ShardId, Holder> holders = new TreeMap<>();
    KeyOwners.of(shard.range(), origins)
        .forEach(
            (owner, owned) ->
                holders.put(owner, new Holder(journals.getOrDefault(owner, List.of()), owned)));
    return holders;
  }

  /**
   * The part of a closed subtask's state that a child takes over.
   *
   * @param keys of the child
   */
  private record Inheritance(Closed parent, List<HashRange> keys) {
    Entry.Base base() {
      return parent.base();
    }
  }

  private Entry.Opened opened(
      SubtaskId id, Shard shard, List<ShardId> links, List<Inheritance> parents, Header header) {
    for (Inheritance parent : parents) {
      if (parent.base().mode() == Entry.Restored.Mode.ANCESTOR) {
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
                  .flatMap(
                      parent ->
                          parent.keys().stream()
                              .map(
                                  keys ->
                                      decisions.inherited(parent.base().handle().manifest(), keys)))
                  .toList());
    } catch (ConflictingSchemasException e) {
      throw new TaskException(
          FailureReason.INCOMPATIBLE_STATE,
          id + " cannot be opened with the states of " + links + ": " + e.getMessage());
    }
    return new Entry.Opened(
        header.inheriting(parents.stream().map(one -> one.parent().head()).toList()),
        new Origin(
            parents.stream()
                .findFirst()
                .map(parent -> parent.base().origin().start())
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

  private static String refusal(Shard shard, Parents parents, Set<ShardId> holders) {
    return shard.id()
        + " came from "
        + shard.parents()
        + " by a split or a merge, and waits: "
        + (parents.gone.isEmpty() ? "" : "the stream has forgotten " + parents.gone + ", and ")
        + "not all of its parents were read to their end, so records are missing between the state"
        + " of its keys, which lies with "
        + holders
        + ", and this shard; go on without them with: cairn accept-gap "
        + shard.id();
  }
}
