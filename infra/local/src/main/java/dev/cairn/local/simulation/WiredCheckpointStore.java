package dev.cairn.local.simulation;

import dev.cairn.checkpoint.Acknowledgement;
import dev.cairn.checkpoint.Checkpoint;
import dev.cairn.checkpoint.CheckpointStore;
import dev.cairn.checkpoint.Job;
import dev.cairn.id.CheckpointId;
import dev.cairn.id.Epoch;
import dev.cairn.id.JobId;
import dev.cairn.id.SubtaskId;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** A checkpoint store at the other end of a wire. */
record WiredCheckpointStore(Wire wire, CheckpointStore there) implements CheckpointStore {
  @Override
  public Optional<Job> job(JobId job) {
    return wire.table("job", () -> there.job(job));
  }

  @Override
  public boolean create(Job job) {
    return wire.table("create", () -> there.create(job));
  }

  @Override
  public List<SubtaskId> subtasks(JobId job) {
    return wire.table("subtasks", () -> there.subtasks(job));
  }

  @Override
  public Optional<Checkpoint> checkpoint(JobId job, CheckpointId id) {
    return wire.table("checkpoint", () -> there.checkpoint(job, id));
  }

  @Override
  public List<Checkpoint> checkpoints(JobId job, CheckpointId from) {
    return wire.table("checkpoints", () -> there.checkpoints(job, from));
  }

  @Override
  public boolean begin(Checkpoint.Pending pending) {
    return wire.table("begin", () -> there.begin(pending));
  }

  @Override
  public boolean complete(Checkpoint.Completed completed) {
    return wire.table("complete", () -> there.complete(completed));
  }

  @Override
  public boolean abort(Checkpoint.Aborted aborted) {
    return wire.table("abort", () -> there.abort(aborted));
  }

  @Override
  public boolean subsume(Checkpoint.Completed completed, Epoch epoch) {
    return wire.table("subsume", () -> there.subsume(completed, epoch));
  }

  @Override
  public boolean acknowledge(Acknowledgement acknowledgement) {
    return wire.table("acknowledge", () -> there.acknowledge(acknowledgement));
  }

  @Override
  public List<Acknowledgement> acknowledgements(JobId job, CheckpointId id) {
    return wire.table("acknowledgements", () -> there.acknowledgements(job, id));
  }

  @Override
  public boolean requestRestore(JobId job, String checkpointId) {
    return wire.table("requestRestore", () -> there.requestRestore(job, checkpointId));
  }

  @Override
  public boolean beginRestore(
      Job seen, CheckpointId from, Optional<Checkpoint.Pending> pending, Instant now) {
    return wire.table("beginRestore", () -> there.beginRestore(seen, from, pending, now));
  }

  @Override
  public boolean refuseRestore(Job seen, String reason, Instant now) {
    return wire.table("refuseRestore", () -> there.refuseRestore(seen, reason, now));
  }

  @Override
  public boolean replay(JobId job, Epoch epoch) {
    return wire.table("replay", () -> there.replay(job, epoch));
  }

  @Override
  public boolean finishReplay(JobId job, Epoch epoch) {
    return wire.table("finishReplay", () -> there.finishReplay(job, epoch));
  }
}
