package dev.cairn.simulation;

import dev.cairn.checkpoint.Acknowledgement;
import dev.cairn.checkpoint.Checkpoint;
import dev.cairn.format.FormatVersion;
import dev.cairn.id.CheckpointId;
import dev.cairn.id.Epoch;
import dev.cairn.id.JobId;
import dev.cairn.id.SubtaskId;
import dev.cairn.job.CheckpointStore;
import dev.cairn.job.Claim;
import dev.cairn.job.Fork;
import dev.cairn.job.Job;
import dev.cairn.job.JobStatus;
import dev.cairn.job.Request;
import dev.cairn.state.Counts;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** A checkpoint store behind a simulated network. */
record WiredCheckpointStore(Wire wire, CheckpointStore there) implements CheckpointStore {
  @Override
  public Optional<Job> job(JobId job) {
    return wire.table("job", () -> there.job(job));
  }

  @Override
  public boolean create(Job job) {
    return wire.tableWrite("create", () -> there.create(job));
  }

  @Override
  public List<SubtaskId> subtasks(JobId job) {
    return wire.table("subtasks", () -> there.subtasks(job));
  }

  @Override
  public List<SubtaskId> retired(JobId job) {
    return wire.table("retired", () -> there.retired(job));
  }

  @Override
  public boolean isRetired(SubtaskId subtask) {
    return wire.table("isRetired", () -> there.isRetired(subtask));
  }

  @Override
  public Counts countsOfRetired(JobId job) {
    return wire.table("countsOfRetired", () -> there.countsOfRetired(job));
  }

  @Override
  public boolean retire(Job seen, SubtaskId subtask, Counts counts) {
    return wire.tableWrite("retire", () -> there.retire(seen, subtask, counts));
  }

  @Override
  public boolean reinstate(Job seen, SubtaskId subtask) {
    return wire.tableWrite("reinstate", () -> there.reinstate(seen, subtask));
  }

  @Override
  public Optional<Checkpoint> checkpoint(JobId job, CheckpointId id) {
    return wire.table("checkpoint", () -> there.checkpoint(job, id));
  }

  @Override
  public Optional<SubtaskId> firstSubtask(JobId job) {
    return wire.table("firstSubtask", () -> there.firstSubtask(job));
  }

  @Override
  public Optional<Checkpoint> checkpointUnlisted(JobId job, CheckpointId id) {
    return wire.table("checkpoint", () -> there.checkpointUnlisted(job, id));
  }

  @Override
  public List<Checkpoint> checkpoints(JobId job, CheckpointId from) {
    return wire.table("checkpoints", () -> there.checkpoints(job, from));
  }

  @Override
  public boolean begin(Checkpoint.Pending pending, Optional<Request> served) {
    return wire.tableWrite("begin", () -> there.begin(pending, served));
  }

  @Override
  public boolean complete(Checkpoint.Completed completed) {
    return wire.tableWrite("complete", () -> there.complete(completed));
  }

  @Override
  public boolean abort(Checkpoint.Aborted aborted) {
    return wire.tableWrite("abort", () -> there.abort(aborted));
  }

  @Override
  public boolean end(Checkpoint.Completed completed, Epoch epoch, Checkpoint.Subsumed.End end) {
    return wire.table("end", () -> there.end(completed, epoch, end));
  }

  @Override
  public boolean pin(Job seen, CheckpointId id) {
    return wire.table("pin", () -> there.pin(seen, id));
  }

  @Override
  public boolean unpin(Job seen, CheckpointId id) {
    return wire.table("unpin", () -> there.unpin(seen, id));
  }

  @Override
  public boolean subsume(Checkpoint.Completed completed, Epoch epoch) {
    return wire.tableWrite("subsume", () -> there.subsume(completed, epoch));
  }

  @Override
  public boolean acknowledge(Acknowledgement acknowledgement) {
    return wire.tableWrite("acknowledge", () -> there.acknowledge(acknowledgement));
  }

  @Override
  public List<Acknowledgement> acknowledgements(JobId job, CheckpointId id) {
    return wire.table("acknowledgements", () -> there.acknowledgements(job, id));
  }

  @Override
  public List<Acknowledgement> acknowledgements(Checkpoint.Pending pending) {
    return wire.table("acknowledgements", () -> there.acknowledgements(pending));
  }

  @Override
  public boolean request(JobId job, Request request) {
    return wire.tableWrite("request", () -> there.request(job, request));
  }

  @Override
  public boolean request(Job seen, Request request) {
    return wire.tableWrite("request", () -> there.request(seen, request));
  }

  @Override
  public boolean move(Job seen, JobStatus to, List<Checkpoint.Pending> aborting, Instant now) {
    return wire.tableWrite("move", () -> there.move(seen, to, aborting, now));
  }

  @Override
  public boolean upgrade(Job seen, FormatVersion to) {
    return wire.tableWrite("upgrade", () -> there.upgrade(seen, to));
  }

  @Override
  public boolean serve(Job seen) {
    return wire.tableWrite("serve", () -> there.serve(seen));
  }

  @Override
  public boolean refuse(Job seen, String reason, Instant now) {
    return wire.tableWrite("refuse", () -> there.refuse(seen, reason, now));
  }

  @Override
  public boolean explain(Job seen, Job.Refusal refusal) {
    return wire.tableWrite("explain", () -> there.explain(seen, refusal));
  }

  @Override
  public boolean fork(Job seen, Fork fork) {
    return wire.tableWrite("fork", () -> there.fork(seen, fork));
  }

  @Override
  public List<Fork> forks(JobId parent) {
    return wire.table("forks", () -> there.forks(parent));
  }

  @Override
  public Optional<Fork> forkedFrom(JobId child) {
    return wire.table("forkedFrom", () -> there.forkedFrom(child));
  }

  @Override
  public boolean unfork(Job child, Fork fork, Instant at) {
    return wire.table("unfork", () -> there.unfork(child, fork, at));
  }

  @Override
  public void release(Fork fork, Instant at) {
    wire.tableWrite("release", () -> done(() -> there.release(fork, at)));
  }

  @Override
  public void forget(Fork fork) {
    wire.tableWrite("forget", () -> done(() -> there.forget(fork)));
  }

  @Override
  public List<Claim> claims(JobId job) {
    return wire.table("claims", () -> there.claims(job));
  }

  @Override
  public boolean confirm(Claim claim, Optional<CheckpointId> savepoint) {
    return wire.tableWrite("confirm", () -> there.confirm(claim, savepoint));
  }

  @Override
  public void forget(Claim confirmed) {
    wire.tableWrite("forget", () -> done(() -> there.forget(confirmed)));
  }

  private static boolean done(Runnable change) {
    change.run();
    return true;
  }
}
