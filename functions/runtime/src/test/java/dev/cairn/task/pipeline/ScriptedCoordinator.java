package dev.cairn.task.pipeline;

import dev.cairn.checkpoint.Checkpoint;
import dev.cairn.checkpoint.Checkpoint.Triggering;
import dev.cairn.checkpoint.ClaimMode;
import dev.cairn.checkpoint.ExpectedSubtasks;
import dev.cairn.id.CheckpointId;
import dev.cairn.id.EntryId;
import dev.cairn.id.Position;
import dev.cairn.id.Revision;
import dev.cairn.id.SubtaskId;
import dev.cairn.job.Job;
import dev.cairn.job.JobStatus;
import dev.cairn.job.Restoration;
import dev.cairn.journal.Entry;
import dev.cairn.journal.Entry.FollowingRecords;
import dev.cairn.journal.Entry.Header;
import dev.cairn.journal.Entry.Restored;
import dev.cairn.journal.Entry.Snapshotted;
import dev.cairn.journal.Entry.StatePlace;
import dev.cairn.journal.Entry.Triggered;
import dev.cairn.journal.Entry.Writer;
import dev.cairn.journal.Isolation;
import dev.cairn.journal.Journal.Append;
import dev.cairn.storage.FileRef;
import dev.cairn.storage.Layout;
import dev.cairn.storage.Sha256;
import dev.cairn.task.Task;
import java.util.List;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * Writes what a coordinator writes for a task to meet: triggers, completed checkpoints, and the
 * entries of a restore. Decides nothing: it does what a test asks for, whatever the situation.
 */
public final class ScriptedCoordinator {
  private final TaskPipeline pipeline;
  private long entries;

  public ScriptedCoordinator(TaskPipeline pipeline) {
    this.pipeline = pipeline;
  }

  private EntryId nextId() {
    return new EntryId("c" + ++entries);
  }

  /** Begins a checkpoint, and asks each subtask for its snapshot. */
  public CheckpointId trigger() {
    Job job = pipeline.job();
    SortedSet<SubtaskId> subtasks = new TreeSet<>(pipeline.checkpoints().subtasks(job.id()));
    Triggering trigger =
        new Triggering(
            job.id(),
            job.next(),
            job.epoch(),
            pipeline.now(),
            ExpectedSubtasks.of(subtasks),
            Optional.empty(),
            false,
            Triggering.SCHEDULE,
            job.format(),
            job.current());
    require(pipeline.checkpoints().begin(new Checkpoint.Pending(trigger, subtasks)));
    for (SubtaskId subtask : subtasks) {
      append(subtask, Triggered.of(next(subtask), trigger.id(), Optional.empty()));
    }
    return trigger.id();
  }

  /**
   * Lets the interval pass and takes a checkpoint to its end, with one container for all snapshots.
   */
  public CheckpointId checkpoint(Task<?> container) {
    pipeline.pass(TaskPipeline.INTERVAL);
    CheckpointId id = trigger();
    Checkpoint.Pending pending = (Checkpoint.Pending) checkpoint(id);
    pending.subtasks().forEach(one -> container.wake(one.shard(), TaskPipeline.AMPLE));
    require(pipeline.checkpoints().acknowledgements(pending).size() == pending.subtasks().size());
    FileRef metadata = new FileRef(Layout.metadata(pipeline.id(), id), 0, Sha256.of(new byte[0]));
    require(
        pipeline
            .checkpoints()
            .complete(new Checkpoint.Completed(pending.trigger(), pipeline.now(), metadata, 0, 0)));
    return id;
  }

  private Checkpoint checkpoint(CheckpointId id) {
    return pipeline.checkpoints().checkpoint(pipeline.id(), id).orElseThrow();
  }

  /** Stores the state of a subtask's last base for a checkpoint that no task is asked for. */
  public void carryForward(SubtaskId subtask, CheckpointId id) {
    Entry.Base base = (Entry.Base) pipeline.journal().fromLastBase(subtask).getFirst();
    append(
        subtask, new Snapshotted(next(subtask), id, base.origin(), base.handle(), base.channels()));
  }

  /** Suspects that a record after the position ends the process that applies it. */
  public void suspect(SubtaskId subtask) {
    append(
        subtask, new Entry.Suspected(next(subtask).with(Optional.of(new Isolation.Suspicion()))));
  }

  /** Puts each subtask back to its snapshot in a checkpoint. */
  public void restore(CheckpointId id) {
    Restoration from = Restoration.of(id);
    move(new JobStatus.Restoring(from));
    Job restoring = pipeline.job();
    for (SubtaskId subtask : pipeline.checkpoints().subtasks(pipeline.id())) {
      append(subtask, restored(restoring, subtask, snapshot(subtask, id)));
    }
    move(new JobStatus.Replaying(from));
  }

  private Snapshotted snapshot(SubtaskId subtask, CheckpointId id) {
    return entries(subtask).stream()
        .filter(Snapshotted.class::isInstance)
        .map(Snapshotted.class::cast)
        .filter(one -> one.checkpoint().equals(id))
        .findFirst()
        .orElseThrow();
  }

  private Restored restored(Job job, SubtaskId subtask, Snapshotted snapshot) {
    Header head = head(subtask);
    Header of = snapshot.header();
    Header header =
        head.restored(
            nextId(),
            job.epoch(),
            pipeline.now(),
            of.position(),
            Position.max(head.position(), head.frontier()),
            new StatePlace(
                head.firstApplied().or(of::firstApplied),
                of.firstAppliedSub(),
                of.counts(),
                Optional.of(snapshot.checkpoint()),
                of.time(),
                of.outputs()),
            FollowingRecords.UNKNOWN);
    return new Restored(
        header,
        Optional.of(snapshot.checkpoint()),
        Restored.Mode.LIVE,
        ClaimMode.NO_CLAIM,
        Optional.of(new CheckpointId(job.next().value() - 1)),
        snapshot.origin(),
        snapshot.handle(),
        snapshot.channels());
  }

  private void move(JobStatus to) {
    require(pipeline.checkpoints().move(pipeline.job(), to, List.of(), pipeline.now()));
  }

  private Header next(SubtaskId subtask) {
    return head(subtask).next(nextId(), Writer.COORDINATOR, pipeline.now());
  }

  private Header head(SubtaskId subtask) {
    return entries(subtask).getLast().header();
  }

  private List<Entry> entries(SubtaskId subtask) {
    return pipeline.journal().after(subtask, new Revision(0));
  }

  private void append(SubtaskId subtask, Entry entry) {
    require(pipeline.journal().append(subtask, entry) == Append.APPENDED);
  }

  private static void require(boolean happened) {
    if (!happened) {
      throw new IllegalStateException("the store refused what the test asks for");
    }
  }
}
