package dev.cairn.id;

/** A subtask: one stage of a job on one shard. It owns a journal and a part of the state. */
public record SubtaskId(JobId job, StageId stage, ShardId shard) implements Comparable<SubtaskId> {

  /** {@code stage/shard}, as people read it. */
  public String name() {
    return stage + "/" + shard;
  }

  @Override
  public int compareTo(SubtaskId other) {
    int byJob = job.compareTo(other.job);
    if (byJob != 0) {
      return byJob;
    }
    int byStage = stage.compareTo(other.stage);
    return byStage != 0 ? byStage : shard.compareTo(other.shard);
  }

  @Override
  public String toString() {
    return job + "/" + name();
  }
}
