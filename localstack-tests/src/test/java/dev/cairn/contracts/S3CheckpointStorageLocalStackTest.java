package dev.cairn.contracts;

import dev.cairn.s3.S3CheckpointStorage;
import dev.cairn.storage.CheckpointStorage;
import org.junit.jupiter.api.condition.EnabledIf;

@EnabledIf("dev.cairn.contracts.LocalStackServices#isAvailable")
final class S3CheckpointStorageLocalStackTest extends CheckpointStorageContract {

  @Override
  protected CheckpointStorage emptyStorage() {
    return new S3CheckpointStorage(
        LocalStackServices.s3(), LocalStackServices.newBucket(), "some/prefix");
  }
}
