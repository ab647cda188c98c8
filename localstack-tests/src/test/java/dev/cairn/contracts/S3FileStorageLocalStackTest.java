package dev.cairn.contracts;

import dev.cairn.s3.S3FileStorage;
import dev.cairn.storage.FilePath;
import dev.cairn.storage.FileStorage;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.condition.EnabledIf;

@EnabledIf("dev.cairn.contracts.LocalStackServices#isAvailable")
final class S3FileStorageLocalStackTest extends FileStorageContract {
  private String bucket = "";
  private String other = "";

  @BeforeEach
  void createAnotherBucket() {
    other = LocalStackServices.newBucket();
  }

  @Override
  protected FileStorage emptyStorage() {
    bucket = LocalStackServices.newBucket();
    return new S3FileStorage(LocalStackServices.s3(), bucket, "some/prefix");
  }

  @Override
  protected FilePath root() {
    return new FilePath("s3://" + bucket + "/some/prefix");
  }

  @Override
  protected FilePath elsewhere() {
    return new FilePath("s3://" + other);
  }
}
