package dev.cairn.deployment;

import dev.cairn.dynamodb.DynamoDbCheckpointStorage;
import dev.cairn.retry.Backoff;
import dev.cairn.s3.S3CheckpointStorage;
import dev.cairn.s3.S3Location;
import dev.cairn.storage.CheckpointStorage;
import java.time.InstantSource;
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
  default CheckpointStorage open(
      Supplier<S3Client> s3,
      DynamoDbClient dynamoDb,
      String table,
      Backoff backoff,
      InstantSource clock,
      int maximumInlineBytes) {
    return switch (this) {
      case InS3 in -> new S3CheckpointStorage(s3.get(), in.folder().bucket(), in.folder().prefix());
      case Inline inline ->
          new InlineBesideS3(
              new DynamoDbCheckpointStorage(dynamoDb, table, backoff, clock, maximumInlineBytes),
              s3);
    };
  }
}
