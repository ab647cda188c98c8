package dev.cairn.cli;

import dev.cairn.damage.DamageMarks;
import dev.cairn.deployment.StorageLocation;
import dev.cairn.directory.DirectoryFileStorage;
import dev.cairn.history.History;
import dev.cairn.id.JobId;
import dev.cairn.job.CheckpointStore;
import dev.cairn.job.Deployment;
import dev.cairn.job.Job;
import dev.cairn.job.MappingProblem;
import dev.cairn.job.Registrations;
import dev.cairn.journal.Journal;
import dev.cairn.retry.Backoff;
import dev.cairn.s3.S3FileStorage;
import dev.cairn.s3.S3Location;
import dev.cairn.settings.Options;
import dev.cairn.storage.FileStorage;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import software.amazon.awssdk.services.kinesis.KinesisClient;
import software.amazon.awssdk.services.s3.S3Client;

/**
 * A pipeline's stores, and the job in them. Closing it closes all clients that it made.
 *
 * @param deployment the job's deployment; empty for the demo's job, and for one whose coordinator
 *     has not run yet
 * @param where the storage of its files: a directory, {@code s3://bucket/prefix}, or {@code
 *     dynamodb:} for the table; empty if it is not known
 * @param stream the stream's name; empty if it is not known, as for the demo
 */
record Connection(
    JobId job,
    String table,
    Journal journal,
    CheckpointStore checkpoints,
    DamageMarks damages,
    History history,
    Registrations registrations,
    Optional<Deployment> deployment,
    Supplier<List<MappingProblem>> mappingProblems,
    Optional<String> where,
    Optional<String> stream,
    boolean isDemo,
    Aws aws)
    implements AutoCloseable {
  private static final String S3 = "s3://";

  /**
   * @throws ExitException if there is no such job
   */
  Job requireJob() {
    return checkpoints
        .job(job)
        .orElseThrow(
            () ->
                ExitException.unusable(
                    "there is no job "
                        + job
                        + " in the table: check --job or CAIRN_JOB; a newly deployed job"
                        + " appears with its coordinator's first tick, within a minute"));
  }

  /**
   * @throws ExitException if the storage is not known or invalid
   */
  FileStorage storage() {
    String place =
        where.orElseThrow(
            () ->
                ExitException.unusable(
                    "--storage is needed: job "
                        + job
                        + " has no deployment item in the table, which would name its storage"));
    if (place.equals(StorageLocation.INLINE)) {
      S3Client s3 = aws.s3();
      return new StorageLocation.Inline()
          .open(
              () -> s3,
              aws.dynamoDb(),
              table,
              Backoff.sleeping(),
              InstantSource.system(),
              Options.MAX_INLINE_STATE.defaultValue());
    }
    if (!place.startsWith(S3)) {
      if (!Files.isDirectory(Path.of(place))) {
        throw ExitException.unusable(
            "there is no directory "
                + place
                + ": give one, or s3://bucket/prefix, or "
                + StorageLocation.INLINE
                + " for the job's own table (--storage)");
      }
      return new DirectoryFileStorage(Path.of(place));
    }
    S3Location location = location(place);
    return new S3FileStorage(aws.s3(), location.bucket(), location.prefix());
  }

  private static S3Location location(String place) {
    try {
      return S3Location.parse(place);
    } catch (IllegalArgumentException e) {
      throw ExitException.unusable(e.getMessage() + " (--storage)");
    }
  }

  KinesisClient kinesis() {
    return aws.kinesis();
  }

  @Override
  public void close() {
    aws.close();
  }
}
