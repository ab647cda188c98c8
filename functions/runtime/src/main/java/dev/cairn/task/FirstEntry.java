package dev.cairn.task;

import dev.cairn.checkpoint.Job;
import dev.cairn.checkpoint.JobStatus;
import dev.cairn.id.Position;
import dev.cairn.id.Revision;
import dev.cairn.id.ShardId;
import dev.cairn.id.SubtaskId;
import dev.cairn.journal.Entry;
import dev.cairn.journal.Entry.Header;
import dev.cairn.journal.Entry.Writer;
import dev.cairn.state.Counts;
import dev.cairn.state.Origin;
import dev.cairn.stream.Shard;
import java.util.List;
import java.util.Optional;

/** Makes the entry with which a journal begins, or says why this shard cannot have one. */
final class FirstEntry {
  private final TaskSettings settings;
  private final TaskPorts ports;
  private final TaskDecisions decisions;

  FirstEntry(TaskSettings settings, TaskPorts ports, TaskDecisions decisions) {
    this.settings = settings;
    this.ports = ports;
    this.decisions = decisions;
  }

  Entry.Opened of(SubtaskId id) {
    Job job =
        ports
            .checkpoints()
            .job(id.job())
            .orElseThrow(
                () ->
                    new TaskException(
                        "job "
                            + id.job()
                            + " has no item in the table: its coordinator creates it with its first tick, within"
                            + " a minute of the deployment, and the mapping sends the batch again; if it goes on,"
                            + " check that the rule is enabled, and the job's and the table's name"));
    requireRunning(job);
    List<Shard> listed = ports.stream().shards();
    Shard shard =
        find(listed, id.shard())
            .orElseThrow(
                () ->
                    new TaskException(
                        id.shard() + " is not a shard of the stream that this task reads"));
    requireRoot(id, shard, listed);
    return new Entry.Opened(
        new Header(
            new Revision(1),
            ports.ids().get(),
            Optional.empty(),
            job.epoch(),
            Position.beginning(),
            Position.beginning(),
            Optional.empty(),
            Counts.NONE,
            Writer.MAPPING,
            ports.clock().instant(),
            Optional.empty(),
            false,
            Optional.empty()),
        new Origin(settings.start(), shard.range()));
  }

  private void requireRunning(Job job) {
    if (!decisions.mayOpen(job.status())) {
      throw new TaskException(
          job.status() instanceof JobStatus.Restoring
              ? "job "
                  + job.id()
                  + " is being restored, and no task opens a shard meanwhile; the mapping sends the batch again"
              : "job "
                  + job.id()
                  + " does not run, so no shard of it is opened; resume it, or restore it");
    }
  }

  private static Optional<Shard> find(List<Shard> listed, ShardId shard) {
    return listed.stream().filter(one -> one.id().equals(shard)).findFirst();
  }

  /**
   * Kinesis goes on naming parents that are gone for long. One that it no longer lists, and that
   * never had a journal, left no state behind.
   */
  private void requireRoot(SubtaskId id, Shard shard, List<Shard> listed) {
    if (shard.parents().isEmpty()) {
      return;
    }
    List<SubtaskId> opened = ports.checkpoints().subtasks(id.job());
    for (ShardId parent : shard.parents()) {
      boolean hasState =
          find(listed, parent).isPresent()
              || opened.contains(new SubtaskId(id.job(), id.stage(), parent));
      if (hasState) {
        throw new TaskException(
            shard.id()
                + " came from "
                + shard.parents()
                + " by a split or a merge, and resharding is not supported: its state lies with its"
                + " parents; nothing of it was applied. Use a stream with a fixed number of shards");
      }
    }
  }
}
