package dev.cairn.job;

import dev.cairn.checkpoint.CheckpointSettings;
import dev.cairn.format.FormatVersion;
import dev.cairn.id.JobId;
import dev.cairn.id.StageId;
import java.util.List;

/**
 * What a job was deployed with, so that whoever knows its table and its name finds the rest.
 *
 * @param stream the name of the Kinesis stream that it reads
 * @param storage where its files are, such as {@code s3://bucket/prefix}
 * @param taskFunction the Lambda function, or the alias of one, that is invoked to wake a shard
 * @param reads the newest format that the coordinator reads
 * @param settings what holds where the job's item says nothing else
 */
public record Deployment(
    JobId job,
    StageId stage,
    String stream,
    String storage,
    String taskFunction,
    CheckpointSettings settings,
    int reads) {

  /** A deployment of this release. */
  public Deployment(
      JobId job,
      StageId stage,
      String stream,
      String storage,
      String taskFunction,
      CheckpointSettings settings) {
    this(job, stage, stream, storage, taskFunction, settings, FormatVersion.NEWEST.number());
  }

  /** Returns a copy of this deployment with another checkpoint storage. */
  public Deployment withStorage(String place) {
    return new Deployment(job, stage, stream, place, taskFunction, settings, reads);
  }

  /**
   * @param registered what the job's code has said of itself
   * @throws StorageMovedException if any of it keeps the job's files elsewhere
   */
  public void requireSameStorage(List<Registration> registered) {
    registered.stream()
        .flatMap(registration -> registration.storage().stream())
        .forEach(there -> StorageMovedException.require(job, there, storage));
  }

  /**
   * Shards of every stream have the same names, and positions mean nothing in another one.
   *
   * @param before what the job was deployed with until now
   * @throws StreamChangedException if that read another stream
   */
  public void requireSameStream(Deployment before) {
    StreamChangedException.require(job, before.stream(), stream);
  }
}
