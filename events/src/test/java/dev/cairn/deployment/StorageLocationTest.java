package dev.cairn.deployment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cairn.dynamodb.DynamoDbFileStorage;
import dev.cairn.retry.Backoff;
import dev.cairn.s3.S3FileStorage;
import dev.cairn.s3.S3Location;
import dev.cairn.storage.FilePath;
import dev.cairn.storage.FileStorage;
import java.lang.reflect.Proxy;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.s3.S3Client;

final class StorageLocationTest {
  private static final S3Client S3 = client(S3Client.class, "S3");
  private static final DynamoDbClient DYNAMODB = client(DynamoDbClient.class, "DynamoDB");

  /** Says by its failure that it was called. */
  private static <C> C client(Class<C> type, String name) {
    return type.cast(
        Proxy.newProxyInstance(
            type.getClassLoader(),
            new Class<?>[] {type},
            (proxy, method, arguments) -> {
              throw new UnsupportedOperationException(name);
            }));
  }

  private static FileStorage open(StorageLocation location) {
    return location.open(
        () -> S3,
        DYNAMODB,
        "table",
        Backoff.sleeping(),
        () -> Instant.EPOCH,
        DynamoDbFileStorage.LARGEST_FILE_BYTES);
  }

  @Test
  void aFolderOfABucketIsS3() {
    StorageLocation location = StorageLocation.parse("s3://bucket/team/cairn");

    assertThat(location)
        .isEqualTo(new StorageLocation.InS3(new S3Location("bucket", "team/cairn")))
        .hasToString("s3://bucket/team/cairn");
    assertThat(open(location)).isInstanceOf(S3FileStorage.class);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", " ", "dynamodb:"})
  void nothingAndTheTableItselfAreInline(String text) {
    assertThat(StorageLocation.parse(text))
        .isEqualTo(new StorageLocation.Inline())
        .hasToString("dynamodb:");
  }

  @Test
  void insideATableFilesOfS3AreStillWithinReach() {
    FileStorage storage = open(StorageLocation.parse(""));
    FilePath own = FilePath.of("job", "chk-1", "_metadata");
    FilePath savepoint = new FilePath("s3://bucket/savepoint-1/_metadata");

    assertThatThrownBy(() -> storage.get(own)).hasMessage("DynamoDB");
    assertThatThrownBy(() -> storage.get(savepoint)).hasMessage("S3");
    assertThat(storage.normalize(new FilePath("dynamodb://table").resolve(own))).isEqualTo(own);
    assertThat(storage.normalize(savepoint)).isEqualTo(savepoint);
  }

  @ParameterizedTest
  @ValueSource(strings = {"bucket", "file:///tmp", "s3://", "dynamodb://table"})
  void anythingElseIsRefusedByName(String text) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> StorageLocation.parse(text))
        .withMessageContaining(text);
  }
}
