package dev.cairn.job;

import dev.cairn.checkpoint.CheckpointSettings;
import dev.cairn.format.FormatVersion;
import dev.cairn.id.JobId;
import dev.cairn.id.StageId;
import java.util.List;
import java.util.Optional;

/**
 * The resources of a deployed job. With it, the table and the job's name are enough to find the
 * rest.
 *
 * @param stream the name of the Kinesis stream that it reads
 * @param storage where its files are, such as {@code s3://bucket/prefix}
 * @param taskFunction the Lambda function, or the alias of one, that is invoked to wake a shard
 * @param reads the newest format that the coordinator reads
 * @param reservedConcurrency how many invocations of the task may run at the same time; empty if
 *     none are reserved for it
 * @param streamShards the number of shards with which the stack of the deployment creates the
 *     stream; empty if the stack does not say a number, as for an on-demand or an imported stream
 * @param settings the settings where the job's item sets no others
 */
public record Deployment(
    JobId job,
    StageId stage,
    String stream,
    String storage,
    String taskFunction,
    CheckpointSettings settings,
    int reads,
    Optional<Integer> reservedConcurrency,
    Optional<Integer> streamShards) {

  /** Creates a deployment by this release. */
  public Deployment(
      JobId job,
      StageId stage,
      String stream,
      String storage,
      String taskFunction,
      CheckpointSettings settings) {
    this(
        job,
        stage,
        stream,
        storage,
        taskFunction,
        settings,
        FormatVersion.NEWEST.number(),
        Optional.empty(),
        Optional.empty());
  }

  /** Returns a copy of this deployment with another checkpoint storage. */
  public Deployment withStorage(String place) {
    return new Deployment(
        job,
        stage,
        stream,
        place,
        taskFunction,
        settings,
        reads,
        reservedConcurrency,
        streamShards);
  }

  /** Returns a copy of this deployment of a task with a reserved concurrency. */
  public Deployment withReservedConcurrency(Optional<Integer> reserved) {
    return new Deployment(
        job, stage, stream, storage, taskFunction, settings, reads, reserved, streamShards);
  }

  /** Returns a copy of this deployment whose stack creates the stream with this many shards. */
  public Deployment withStreamShards(Optional<Integer> shards) {
    return new Deployment(
        job, stage, stream, storage, taskFunction, settings, reads, reservedConcurrency, shards);
  }

  /**
   * @param registered the registrations of the job's code
   * @throws StorageMovedException if one of them uses another storage
   */
  public void requireSameStorage(List<Registration> registered) {
    registered.stream()
        .flatMap(registration -> registration.storage().stream())
        .forEach(there -> StorageMovedException.require(job, there, storage));
  }

  /**
   * Requires that the stream is unchanged. Shards of all streams have the same names, and positions
   * are not valid in another stream.
   *
   * @param before the job's deployment until now
   * @throws StreamChangedException if it reads another stream
   */
  public void requireSameStream(Deployment before) {
    StreamChangedException.require(job, before.stream(), stream);
  }
}
