package dev.cairn.task;

import dev.cairn.id.ShardId;
import dev.cairn.id.SubtaskId;
import dev.cairn.job.Job;
import dev.cairn.job.JobStatus;
import dev.cairn.journal.Entry;
import dev.cairn.journal.Entry.Header;
import dev.cairn.journal.Entry.Writer;
import dev.cairn.state.HashRange;
import dev.cairn.state.Origin;
import dev.cairn.stream.Shard;
import dev.cairn.task.ports.TaskDecisions;
import dev.cairn.task.ports.TaskException;
import dev.cairn.task.ports.TaskPorts;
import dev.cairn.task.ports.TaskSettings;
import dev.cairn.task.subtask.Found;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** Creates the first entry of a journal, or refuses a shard that cannot have one. */
final class FirstEntry {
  private final TaskSettings settings;
  private final TaskPorts ports;
  private final TaskDecisions decisions;
  private final ChildEntry children;

  FirstEntry(TaskSettings settings, TaskPorts ports, TaskDecisions decisions) {
    this.settings = settings;
    this.ports = ports;
    this.decisions = decisions;
    this.children = new ChildEntry(settings, ports, decisions);
  }

  /** The next step towards opening a subtask. */
  sealed interface Result {
    /**
     * It can be opened now.
     *
     * @param unread the first entries of its parents that nobody can read any more
     */
    record Opens(Entry.Opened opened, Map<SubtaskId, Entry.Closed> unread) implements Result {}

    /** These shards have to be applied to their end first. */
    record Waits(List<ShardId> parents) implements Result {}
  }

  /**
   * @param unopened what the journal says, if a restore has put the job back to before the subtask
   *     was opened; empty if it has no journal
   */
  <E> Result of(SubtaskId id, Optional<Found.Unopened<E>> unopened, Writer writer) {
    Job job =
        ports
            .checkpoints()
            .job(id.job())
            .orElseThrow(
                () ->
                    new TaskException(
                        "job "
                            + id.job()
                            + " has no item in the table: its coordinator creates it with its first"
                            + " tick, within a minute of the deployment, and the mapping sends the"
                            + " batch again; if the error persists, check that the rule is enabled,"
                            + " and the job's and the table's name"));
    requireRunning(job);
    List<Shard> listed = ports.stream().shards();
    Shard shard =
        unopened
            .map(before -> shard(id, before.base().origin()))
            .or(() -> find(listed, id.shard()))
            .orElseThrow(
                () ->
                    new TaskException(
                        id.shard()
                            + " is not a shard of the stream that this task reads, or is not"
                            + " listed yet; the mapping will try again"));
    Header header =
        unopened
            .map(Found.Unopened::head)
            .map(head -> head.next(ports.ids().get(), writer, ports.clock().instant()))
            .orElseGet(
                () ->
                    Header.first(
                        ports.ids().get(),
                        job.epoch(),
                        writer,
                        ports.clock().instant(),
                        decisions.format(job)));
    if (!header.epoch().equals(job.epoch())) {
      throw new TaskException(
          id + " is not brought into epoch " + job.epoch() + " yet; the mapping will try again");
    }
    return shard.parents().isEmpty()
        ? ofRoot(id, shard, listed, header)
        : children.of(id, job, shard, listed, header, unopened.isPresent());
  }

  private Result ofRoot(SubtaskId id, Shard shard, List<Shard> listed, Header header) {
    requireRoot(id, shard, listed);
    return new Result.Opens(
        new Entry.Opened(header, new Origin(settings.start(), shard.range())), Map.of());
  }

  /** The origin of an opened subtask stays true when the stream has forgotten its shard. */
  private static Shard shard(SubtaskId id, Origin origin) {
    return new Shard(id.shard(), origin.range(), origin.parents());
  }

  private void requireRunning(Job job) {
    if (!decisions.mayOpen(job.status())) {
      throw new TaskException(
          job.status() instanceof JobStatus.Restoring
              ? "job "
                  + job.id()
                  + " is being restored, and no task opens a shard until that has ended; the"
                  + " mapping sends the batch again"
              : "job "
                  + job.id()
                  + " does not run, so no shard of it is opened; resume it, or restore it");
    }
  }

  static Optional<Shard> find(List<Shard> listed, ShardId shard) {
    return listed.stream().filter(one -> one.id().equals(shard)).findFirst();
  }

  /**
   * Refuses a shard whose keys may have state in another subtask. Kinesis keeps naming parents that
   * no longer exist, and drops the generations in between, so the check uses the key ranges of the
   * job's subtasks.
   */
  private void requireRoot(SubtaskId id, Shard shard, List<Shard> listed) {
    if (!isTheJobsStream(id, listed)) {
      requireNoHolder(shard, listed, others(id));
    }
  }

  private List<SubtaskId> others(SubtaskId id) {
    return ports.checkpoints().subtasks(id.job()).stream()
        .filter(one -> !one.shard().equals(id.shard()))
        .toList();
  }

  private void requireNoHolder(Shard shard, List<Shard> listed, List<SubtaskId> opened) {
    Optional<SubtaskId> holder = holder(shard, listed, opened);
    if (holder.isPresent()) {
      throw new StateElsewhereException(
          refusal(shard, "state of these keys is in " + holder.get().shard()), holder);
    }
  }

  /**
   * Whether the stream is that of the job's subtasks, according to the first of them. Then the keys
   * of a shard without parents never belonged to another shard. This avoids reading all subtasks
   * for each of many shards that are opened at the same time.
   */
  private boolean isTheJobsStream(SubtaskId id, List<Shard> listed) {
    return ports
        .checkpoints()
        .firstSubtask(id.job())
        .map(first -> hasItsKeys(first, listed))
        .orElse(true);
  }

  /** Whether the listed shard with a subtask's name has the key range of the subtask's journal. */
  private boolean hasItsKeys(SubtaskId subtask, List<Shard> listed) {
    return find(listed, subtask.shard())
        .filter(shard -> range(subtask).equals(Optional.of(shard.range())))
        .isPresent();
  }

  private Optional<SubtaskId> holder(Shard shard, List<Shard> listed, List<SubtaskId> opened) {
    Map<ShardId, HashRange> ranges =
        listed.stream().collect(Collectors.toMap(Shard::id, Shard::range));
    // A recreated stream lists shards of the same names with other keys. All its shards differ
    // then, so one journal is enough for the check.
    boolean isAnother =
        opened.stream()
            .filter(one -> ranges.containsKey(one.shard()))
            .findFirst()
            .map(one -> !hasItsKeys(one, listed))
            .orElse(false);
    return opened.stream()
        .filter(
            one -> {
              boolean isListed = !isAnother && ranges.containsKey(one.shard());
              Optional<HashRange> range =
                  isListed ? Optional.ofNullable(ranges.get(one.shard())) : range(one);
              return decisions.mayHold(range, shard.range());
            })
        .findFirst();
  }

  /** Returns the key range in a subtask's journal; empty if there is no journal. */
  private Optional<HashRange> range(SubtaskId subtask) {
    return ports.journal().fromLastBase(subtask).stream()
        .filter(Entry.Base.class::isInstance)
        .map(entry -> ((Entry.Base) entry).origin().range())
        .findFirst();
  }

  private static String refusal(Shard shard, String why) {
    return shard.id()
        + (shard.parents().isEmpty()
            ? " is"
            : " came from " + shard.parents() + " by a split or a merge, and is")
        + " not opened without state: it has the keys "
        + shard.range()
        + ", and "
        + why
        + ", and nothing of the shard was applied. Take a savepoint, and restore it as a job of"
        + " another name with --positions horizon or a time";
  }
}
