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

  /** The variable that set the storage location before settings did. */
  String FORMER_VARIABLE = "CAIRN_STORAGE";

  /**
   * Returns the location that these settings choose: their directory if one is set, otherwise
   * inline.
   *
   * @throws IllegalArgumentException if the directory is not a location in S3
   */
  static StorageLocation of(CheckpointSettings settings) {
    return switch (settings.checkpointStorage()) {
      case FILESYSTEM -> parse(settings.checkpointDirectory().orElse(INLINE));
      case JOBMANAGER -> new Inline();
    };
  }

  /**
   * Returns the location that a function's environment sets. It must be the same for every function
   * of a job, because all of them access the same files.
   *
   * @throws Environment.SettingException if the environment sets two locations, or an invalid one
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
              + " sets the job's storage to "
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
   * table, which empty text means as well.
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
            + "\" is not a storage location: write s3://bucket or s3://bucket/prefix, or "
            + INLINE
            + " for the job's own table");
  }

  /**
   * Opens the storage at this location. A storage inside a table also reads and writes files of S3
   * by their absolute paths, such as savepoints.
   *
   * @param s3 called when a file of S3 is first needed
   * @param maximumInlineBytes the size up to which a file is stored in the table
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
