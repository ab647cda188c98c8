package dev.cairn.deployment;

import dev.cairn.checkpoint.CheckpointSettings;
import dev.cairn.dynamodb.DynamoDbFileStorage;
import dev.cairn.retry.Backoff;
import dev.cairn.s3.S3FileStorage;
import dev.cairn.s3.S3Location;
import dev.cairn.settings.Options;
import dev.cairn.storage.FileStorage;
import java.time.InstantSource;
import java.util.Optional;
import java.util.function.Supplier;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.s3.S3Client;

/** Where a deployed job keeps its checkpoints: in S3, or inside its own table. */
public sealed interface StorageLocation {

  /** A folder of a bucket. */
  record InS3(S3Location folder) implements StorageLocation {
    @Override
    public String toString() {
      return folder.toString();
    }
  }

  /** The job's own table. */
  record Inline() implements StorageLocation {
    @Override
    public String toString() {
      return INLINE;
    }
  }

  String INLINE = "dynamodb:";

  /** Said the place of files by itself until the settings did. */
  String FORMER_VARIABLE = "CAIRN_STORAGE";

  /**
   * Where these settings have checkpoints lie: in their directory if there is one, else inline.
   *
   * @throws IllegalArgumentException if the directory is no place in S3
   */
  static StorageLocation of(CheckpointSettings settings) {
    return switch (settings.checkpointStorage()) {
      case FILESYSTEM -> parse(settings.checkpointDirectory().orElse(INLINE));
      case JOBMANAGER -> new Inline();
    };
  }

  /**
   * Where a function's environment has checkpoints lie. It is the same for every function of a job:
   * a place that only one of them knows would be a place where the others find nothing.
   *
   * @throws Environment.SettingException if it says two places, by their names, or none that there
   *     can be
   */
  static StorageLocation read(Environment variables) {
    StorageLocation location;
    try {
      location = of(variables.settings());
    } catch (IllegalArgumentException e) {
      throw new Environment.SettingException(
          Options.CHECKPOINT_DIRECTORY + " cannot be used: " + e.getMessage(), e);
    }
    Optional<StorageLocation> former = variables.find(FORMER_VARIABLE, StorageLocation::parse);
    if (former.isPresent() && !former.get().equals(location)) {
      throw new Environment.SettingException(
          "environment variable "
              + FORMER_VARIABLE
              + " says that the job's files lie in "
              + former.get()
              + ", and the settings say "
              + location
              + ": leave "
              + FORMER_VARIABLE
              + " out, and set "
              + Options.CHECKPOINT_DIRECTORY.variable()
              + " to where the files are");
    }
    return location;
  }

  /**
   * Reads {@code s3://bucket}, {@code s3://bucket/prefix}, or {@code dynamodb:} for the job's own
   * table, which nothing at all means too.
   *
   * @throws IllegalArgumentException if the text is none of these
   */
  static StorageLocation parse(String text) {
    if (text.isBlank() || text.equals(INLINE)) {
      return new Inline();
    }
    if (text.startsWith("s3://")) {
      return new InS3(S3Location.parse(text));
    }
    throw new IllegalArgumentException(
        "\""
            + text
            + "\" is no place for checkpoints: write s3://bucket or s3://bucket/prefix, or "
            + INLINE
            + " for the job's own table");
  }

  /**
   * The storage at this location. Inside a table it still reads and writes files of S3 by their
   * absolute paths, such as savepoints.
   *
   * @param s3 asked for the first time when a file of S3 is needed
   * @param maximumInlineBytes the size up to which a file is taken into the table
   */
  default FileStorage open(
      Supplier<S3Client> s3,
      DynamoDbClient dynamoDb,
      String table,
      Backoff backoff,
      InstantSource clock,
      int maximumInlineBytes) {
    return switch (this) {
      case InS3 in -> new S3FileStorage(s3.get(), in.folder().bucket(), in.folder().prefix());
      case Inline inline ->
          new InlineBesideS3(
              new DynamoDbFileStorage(dynamoDb, table, backoff, clock, maximumInlineBytes), s3);
    };
  }
}
