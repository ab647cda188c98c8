package dev.cairn.cli;

import dev.cairn.directory.DirectoryFileStorage;
import dev.cairn.id.CheckpointId;
import dev.cairn.s3.S3FileStorage;
import dev.cairn.storage.FilePath;
import dev.cairn.storage.FileStorage;
import dev.cairn.storage.Layout;
import java.nio.file.Path;

/** A checkpoint or savepoint as a user names it. */
sealed interface CheckpointName {

  /** By its id, in the job's table. */
  record Numbered(CheckpointId id) implements CheckpointName {
    @Override
    public String toString() {
      return "checkpoint " + id;
    }
  }

  /** By its {@code _metadata}, below the root of the job's storage. */
  record InStorage(FilePath metadata) implements CheckpointName {
    @Override
    public String toString() {
      return metadata.toString();
    }
  }

  /** By the absolute location of its {@code _metadata}, which can be read without a job. */
  record Elsewhere(FilePath metadata) implements CheckpointName {
    @Override
    public String toString() {
      return metadata.toString();
    }
  }

  String METADATA = "_metadata";

  /**
   * Reads {@code 7}, {@code s3://bucket/savepoint-7}, {@code /directory/savepoint-7}, {@code
   * ./savepoint-7} or {@code savepoints/flights/savepoint-7}, each also with {@code /_metadata}
   * behind it.
   *
   * @throws ExitException if it is none of these
   */
  static CheckpointName parse(String typed) {
    String text = typed.strip();
    if (!text.contains("/")) {
      return new Numbered(CheckpointIds.parse(typed));
    }
    if (isElsewhere(text)) {
      return new Elsewhere(metadataAt(directory(text)));
    }
    try {
      return new InStorage(metadataAt(new FilePath(text.replaceAll("/+$", ""))));
    } catch (IllegalArgumentException e) {
      throw ExitException.unusable(String.valueOf(e.getMessage()));
    }
  }

  private static boolean isElsewhere(String text) {
    return text.contains(":") || text.startsWith("/") || text.startsWith(".");
  }

  private static FilePath metadataAt(FilePath path) {
    return path.fileName().equals(METADATA) ? path : Layout.metadataIn(path);
  }

  /**
   * A directory of this machine, or a folder of a bucket.
   *
   * @throws ExitException if it is neither, or has a name that no checkpoint's path can have
   */
  static FilePath directory(String typed) {
    try {
      return typed.contains(":")
          ? new FilePath(typed.replaceAll("(?<=[^/])/+$", ""))
          : DirectoryFileStorage.pathOf(Path.of(typed));
    } catch (IllegalArgumentException e) {
      throw ExitException.unusable(String.valueOf(e.getMessage()));
    }
  }

  /**
   * Opens the storage for such a path.
   *
   * @throws ExitException if it lies in neither S3 nor a directory
   */
  static FileStorage storageAt(FilePath path, Aws aws) {
    FilePath.Absolute place = path.absolute().orElseThrow();
    return switch (place.scheme()) {
      case "s3" -> S3FileStorage.everywhere(aws.s3());
      case "file" -> new DirectoryFileStorage(Path.of("/" + place.names()));
      default ->
          throw ExitException.unusable(
              path + " is neither in S3 nor in a directory: name one of these");
    };
  }
}
