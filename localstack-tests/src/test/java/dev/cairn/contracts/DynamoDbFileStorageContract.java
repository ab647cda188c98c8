package dev.cairn.contracts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cairn.dynamodb.CairnTable;
import dev.cairn.dynamodb.DynamoDbFileStorage;
import dev.cairn.retry.Backoff;
import dev.cairn.storage.FilePath;
import dev.cairn.storage.FileStorage;
import dev.cairn.storage.FileStorage.Put;
import dev.cairn.storage.FileStorage.Stored;
import dev.cairn.storage.Sha256;
import dev.cairn.storage.StorageException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/** The facts of files inside a table that do not hold for every storage. */
abstract class DynamoDbFileStorageContract extends FileStorageContract {
  private static final AtomicInteger TABLES = new AtomicInteger();
  private static final FilePath FILE = FilePath.of("job", "shared", "run");

  private final int number = TABLES.incrementAndGet();
  private final String tableName = "files-" + number;

  abstract DynamoDbClient client();

  abstract Backoff backoff();

  @Override
  protected FileStorage emptyStorage() {
    CairnTable.create(client(), tableName);
    return storage(DynamoDbFileStorage.LARGEST_FILE_BYTES);
  }

  private DynamoDbFileStorage storage(int maximumFileBytes) {
    return new DynamoDbFileStorage(
        client(), tableName, backoff(), () -> Instant.EPOCH, maximumFileBytes);
  }

  @Override
  protected FilePath root() {
    return new FilePath("dynamodb://" + tableName);
  }

  @Override
  protected FilePath elsewhere() {
    CairnTable.create(client(), "elsewhere-" + number);
    return new FilePath("dynamodb://elsewhere-" + number + "/copies");
  }

  @Override
  protected int largestFileBytes() {
    return DynamoDbFileStorage.LARGEST_FILE_BYTES;
  }

  @Test
  void aLargerFileIsRefusedWithItsSizeTheLimitAndTheWayOut() {
    FileStorage storage = storage(1000);
    byte[] fits = new byte[1000];
    byte[] tooLarge = new byte[1001];

    assertThat(storage.put(FILE, fits, Sha256.of(fits))).isEqualTo(Put.CREATED);
    assertThatThrownBy(() -> storage.put(FilePath.of("job", "run"), tooLarge, Sha256.of(tooLarge)))
        .isInstanceOf(StorageException.class)
        .hasMessageContaining("job/run: it has 1001 bytes")
        .hasMessageContaining("at most 1000")
        .hasMessageContaining("set execution.checkpointing.dir");
    assertThat(storage.get(FilePath.of("job", "run"))).isEmpty();
  }

  private static final FilePath DELTA =
      FilePath.of("job", "taskowned", "count", "shard", "delta-00000000000000000007-e1");

  private static byte[] noItemHolds() {
    byte[] large = new byte[2 * DynamoDbFileStorage.LARGEST_FILE_BYTES + 5];
    new SplittableRandom(11).nextBytes(large);
    return large;
  }

  private Stream<Map<String, AttributeValue>> items() {
    return client().scanPaginator(scan -> scan.tableName(tableName)).items().stream();
  }

  @Test
  void whatAJobCannotGoOnWithoutIsSplitAndIsOneFile() {
    byte[] large = noItemHolds();
    for (FilePath path :
        List.of(
            DELTA,
            FilePath.of("job", "dead-letters", "count", "shard", "17"),
            FilePath.of("job", "chk-7", "_metadata"))) {
      FileStorage storage = storage(1000);
      assertThat(storage.put(path, large, Sha256.of(large))).isEqualTo(Put.CREATED);
      assertThat(storage.put(path, large, Sha256.of(large))).isEqualTo(Put.ALREADY_EXISTS);

      assertThat(storage.get(path)).hasValueSatisfying(read -> assertThat(read).isEqualTo(large));
      Stored stored = new Stored(path, large.length, Optional.of(Sha256.of(large)), Instant.EPOCH);
      assertThat(storage.head(path)).contains(stored);
      assertThat(storage.list(path.parent().orElseThrow())).containsExactly(stored);

      storage.delete(path);
      assertThat(storage.get(path)).isEmpty();
      assertThat(storage.list(FilePath.of("job"))).isEmpty();
      assertThat(items()).isEmpty();
    }
  }

  @Test
  void ofTwoLargeFilesAtOnePathTheFirstStays() {
    byte[] first = noItemHolds();
    byte[] second = noItemHolds();
    second[0]++;
    FileStorage storage = storage(1000);
    storage.put(DELTA, first, Sha256.of(first));

    assertThat(storage.put(DELTA, second, Sha256.of(second))).isEqualTo(Put.ALREADY_EXISTS);
    assertThat(storage.get(DELTA)).hasValueSatisfying(read -> assertThat(read).isEqualTo(first));
    assertThat(storage.list(FilePath.of("job"))).hasSize(1);
    storage.delete(DELTA);
    assertThat(items()).isEmpty();
  }

  @Test
  void partsWhoseWriterDiedAreListedAsTheirFileAndGoAsItWould() {
    byte[] large = noItemHolds();
    FileStorage storage = storage(1000);
    storage.put(DELTA, large, Sha256.of(large));
    deleteTheFilesOwnItem();

    assertThat(storage.get(DELTA)).isEmpty();
    assertThat(storage.head(DELTA)).isEmpty();
    assertThat(storage.list(FilePath.of("job")))
        .singleElement()
        .satisfies(orphan -> assertThat(orphan.path()).isEqualTo(DELTA))
        .satisfies(orphan -> assertThat(orphan.sha256()).isEmpty());

    storage.delete(DELTA);
    assertThat(items()).isEmpty();
  }

  @Test
  void aWriterThatTriesAgainAfterItsPartsWereWrittenMakesTheFile() {
    byte[] large = noItemHolds();
    FileStorage storage = storage(1000);
    storage.put(DELTA, large, Sha256.of(large));
    deleteTheFilesOwnItem();

    assertThat(storage.put(DELTA, large, Sha256.of(large))).isEqualTo(Put.CREATED);
    assertThat(storage.get(DELTA)).hasValueSatisfying(read -> assertThat(read).isEqualTo(large));
  }

  /**
   * Deletes the file's own item, as if its writer had died before writing it, or its deleter right
   * after.
   */
  private void deleteTheFilesOwnItem() {
    deleteOneItem(item -> item.containsKey("parts"));
  }

  private void deleteOneItem(Predicate<Map<String, AttributeValue>> which) {
    Map<String, AttributeValue> item = items().filter(which).findFirst().orElseThrow();
    client()
        .deleteItem(
            delete ->
                delete
                    .tableName(tableName)
                    .key(
                        Map.of(
                            "pk", Objects.requireNonNull(item.get("pk")),
                            "sk", Objects.requireNonNull(item.get("sk")))));
  }

  @Test
  void aFileWithoutOneOfItsPartsIsNotThere() {
    byte[] large = noItemHolds();
    FileStorage storage = storage(1000);
    storage.put(DELTA, large, Sha256.of(large));
    deleteOneItem(item -> Objects.requireNonNull(item.get("sk")).s().endsWith("#000001"));

    assertThat(storage.get(DELTA)).isEmpty();
  }

  @Test
  void aSavepointHasToLieElsewhere() {
    assertThat(storage(1000).holdsSavepoints()).isFalse();
  }

  @Test
  void whatNoItemCanHoldCannotBeTheMaximum() {
    for (int maximum : new int[] {0, DynamoDbFileStorage.LARGEST_FILE_BYTES + 1}) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> storage(maximum))
          .withMessageContaining(Integer.toString(maximum));
    }
  }

  @Test
  void theLongestPathFitsBesideTheLargestFile() {
    byte[] large = new byte[DynamoDbFileStorage.LARGEST_FILE_BYTES];
    new SplittableRandom(7).nextBytes(large);
    FilePath longest = FilePath.of("j".repeat(128), "x".repeat(900 - 129));

    assertThat(storage(large.length).put(longest, large, Sha256.of(large))).isEqualTo(Put.CREATED);
    assertThat(storage(large.length).head(longest))
        .map(Stored::sha256)
        .contains(Optional.of(Sha256.of(large)));
  }

  @Test
  void aJobsFilesAreSpreadOverPartitions() {
    byte[] content = {1};
    for (int i = 0; i < 200; i++) {
      storage(1).put(FilePath.of("job", "run-" + i), content, Sha256.of(content));
    }

    assertThat(items().map(item -> Objects.requireNonNull(item.get("pk")).s()).distinct())
        .hasSize(16)
        .allMatch(pk -> pk.matches("FILE#job#[0-9a-f]"));
  }

  @Test
  void listingGoesThroughEveryPageOfEveryPartition() {
    byte[] large = new byte[DynamoDbFileStorage.LARGEST_FILE_BYTES];
    int files = 60;
    IntStream.range(0, files)
        .forEach(
            i ->
                storage(large.length).put(FilePath.of("job", "run-" + i), large, Sha256.of(large)));

    assertThat(storage(1).list(FilePath.of("job")))
        .hasSize(files)
        .extracting(Stored::sizeBytes)
        .containsOnly((long) large.length);
  }

  @Test
  void aTableThatIsNotThereIsNamed() {
    FilePath nowhere = new FilePath("dynamodb://nowhere/job/file");

    assertThatThrownBy(() -> storage(1).get(nowhere))
        .isInstanceOf(StorageException.class)
        .hasMessageStartingWith("cannot get dynamodb://nowhere/job/file")
        .hasMessageContaining("create the table");
  }

  @Test
  void nothingButFilesIsTakenForAFile() {
    CairnTable.create(client(), tableName);
    client()
        .putItem(
            put ->
                put.tableName(tableName)
                    .item(
                        Map.of(
                            "pk",
                            AttributeValue.fromS("JOB#job"),
                            "sk",
                            AttributeValue.fromS("JOB"))));

    assertThat(storage(1).get(FilePath.of("JOB"))).isEmpty();
    assertThat(storage(1).list(FilePath.of("job"))).isEmpty();
  }
}
