package dev.cairn.contracts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cairn.storage.FilePath;
import dev.cairn.storage.FileStorage;
import dev.cairn.storage.FileStorage.Put;
import dev.cairn.storage.FileStorage.Stored;
import dev.cairn.storage.Sha256;
import dev.cairn.storage.StorageException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Consumer;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The facts that hold for every storage of files. */
public abstract class FileStorageContract {
  private static final int WRITERS = 16;
  private static final FilePath FILE = FilePath.of("job", "chk-1", "_metadata");

  private FileStorage storage;

  /** A storage without any file, for one test. */
  protected abstract FileStorage emptyStorage() throws Exception;

  /** The root of that storage, written absolutely. */
  protected abstract FilePath root();

  /** A folder of the same kind that is empty and does not lie below that root. */
  protected abstract FilePath elsewhere() throws Exception;

  /** The size of a file that this storage must take. */
  protected int largestFileBytes() {
    return 5 << 20;
  }

  @BeforeEach
  final void open() throws Exception {
    storage = emptyStorage();
  }

  @Test
  final void givesBackWhatWasPut() {
    assertThat(put(FILE, bytes("content"))).isEqualTo(Put.CREATED);

    assertThat(storage.get(FILE))
        .hasValueSatisfying(stored -> assertThat(stored).isEqualTo(bytes("content")));
  }

  @Test
  final void givesTheBytesAsTheyComeAlsoIfNobodyReadsThemAll() throws Exception {
    byte[] large = new byte[300_000];
    new SplittableRandom(7).nextBytes(large);
    put(FILE, large);

    try (InputStream in = storage.open(FILE).orElseThrow()) {
      assertThat(in.read()).isEqualTo(Byte.toUnsignedInt(large[0]));
    }
    try (InputStream in = storage.open(FILE).orElseThrow()) {
      assertThat(in.readAllBytes()).isEqualTo(large);
      assertThat(in.read()).isEqualTo(-1);
    }
    assertThat(storage.open(FilePath.of("job", "chk-1", "none"))).isEmpty();
  }

  @Test
  final void anEmptyFileIsAFile() {
    put(FILE, new byte[0]);

    assertThat(storage.get(FILE)).hasValueSatisfying(stored -> assertThat(stored).isEmpty());
    assertThat(storage.head(FILE))
        .hasValueSatisfying(stored -> assertThat(stored.sizeBytes()).isZero());
  }

  @Test
  final void aPathThatIsTakenKeepsItsBytes() {
    put(FILE, bytes("first"));

    assertThat(put(FILE, bytes("second"))).isEqualTo(Put.ALREADY_EXISTS);
    assertThat(put(FILE, bytes("first"))).isEqualTo(Put.ALREADY_EXISTS);
    assertThat(storage.get(FILE))
        .hasValueSatisfying(stored -> assertThat(stored).isEqualTo(bytes("first")));
  }

  @Test
  final void ofRacingWritersExactlyOneCreatesTheFile() throws Exception {
    try (ExecutorService threads = Executors.newFixedThreadPool(WRITERS)) {
      for (int round = 0; round < 5; round++) {
        FilePath path = FilePath.of("job", "race-" + round, "file");
        List<Put> outcomes = race(threads, path);

        assertThat(outcomes).containsOnlyOnce(Put.CREATED);
        byte[] winner = bytes("writer " + outcomes.indexOf(Put.CREATED));
        assertThat(storage.get(path))
            .hasValueSatisfying(stored -> assertThat(stored).isEqualTo(winner));
        assertThat(storage.list(FilePath.of("job", "race-" + round))).hasSize(1);
      }
    }
  }

  private List<Put> race(ExecutorService threads, FilePath path) throws Exception {
    CyclicBarrier start = new CyclicBarrier(WRITERS);
    List<Callable<Put>> writers = new ArrayList<>();
    for (int i = 0; i < WRITERS; i++) {
      byte[] content = bytes("writer " + i);
      writers.add(
          () -> {
            start.await();
            return putUntilAnswered(path, content);
          });
    }
    List<Put> outcomes = new ArrayList<>();
    for (Future<Put> outcome : threads.invokeAll(writers)) {
      outcomes.add(outcome.get());
    }
    return outcomes;
  }

  /** A storage may refuse for the moment while another write to the same path is under way. */
  private Put putUntilAnswered(FilePath path, byte[] content) {
    for (int attempt = 1; ; attempt++) {
      try {
        return put(path, content);
      } catch (StorageException e) {
        if (attempt == 20) {
          throw e;
        }
      }
    }
  }

  @Test
  final void bytesThatAreNotWhatTheirChecksumSaysAreNotStored() {
    assertThatThrownBy(() -> storage.put(FILE, bytes("flipped"), Sha256.of(bytes("content"))))
        .isInstanceOf(StorageException.class);

    assertThat(storage.get(FILE)).isEmpty();
    assertThat(put(FILE, bytes("content"))).isEqualTo(Put.CREATED);
  }

  @Test
  final void whatWasNeverPutIsNotThere() {
    put(FILE, bytes("content"));
    FilePath folder = FilePath.of("job", "chk-1");
    FilePath missing = FilePath.of("job", "chk-1", "missing");

    for (FilePath path : List.of(folder, missing)) {
      assertThat(storage.get(path)).isEmpty();
      assertThat(storage.head(path)).isEmpty();
    }
    assertThat(storage.list(FilePath.of("nothing"))).isEmpty();
  }

  @Test
  final void headKnowsTheSizeAndTheChecksumOfTheContent() {
    put(FILE, bytes("content"));

    Stored stored = storage.head(FILE).orElseThrow();

    assertThat(stored.path()).isEqualTo(FILE);
    assertThat(stored.sizeBytes()).isEqualTo(7);
    assertThat(stored.sha256()).contains(Sha256.of(bytes("content")));
  }

  @Test
  final void listsTheFilesOfAFolderAndOfTheFoldersInIt() {
    List<FilePath> files =
        List.of(
            FilePath.of("job", "chk-1", "_metadata"),
            FilePath.of("job", "chk-1", "stage", "shard", "state"),
            FilePath.of("job", "shared", "run"));
    files.forEach(file -> put(file, bytes(file.value())));

    assertThat(storage.list(FilePath.of("job")))
        .extracting(Stored::path)
        .containsExactlyInAnyOrderElementsOf(files);
    assertThat(storage.list(FilePath.of("job", "chk-1")))
        .extracting(Stored::path)
        .containsExactlyInAnyOrderElementsOf(files.subList(0, 2));
    assertThat(storage.list(FilePath.of("job")))
        .allSatisfy(
            stored -> {
              assertThat(stored.sizeBytes()).isEqualTo(stored.path().value().length());
              assertThat(stored.lastModified())
                  .isEqualTo(storage.head(stored.path()).orElseThrow().lastModified());
            });
  }

  @Test
  final void aFolderIsItsWholeNameAndNotAPrefix() {
    FilePath one = FilePath.of("job", "chk-1", "_metadata");
    FilePath ten = FilePath.of("job", "chk-10", "_metadata");
    FilePath file = FilePath.of("job", "chk");
    List.of(one, ten, file).forEach(path -> put(path, bytes("content")));

    assertThat(storage.list(FilePath.of("job", "chk-1")))
        .extracting(Stored::path)
        .containsExactly(one);
    assertThat(storage.list(FilePath.of("job", "chk-10")))
        .extracting(Stored::path)
        .containsExactly(ten);
    assertThat(storage.list(file)).isEmpty();
  }

  @Test
  final void aFolderIsListedWithoutOneOfItsFolders() {
    FilePath before = FilePath.of("job", "chk-1", "_metadata");
    FilePath alike = FilePath.of("job", "dead-letters-1", "file");
    FilePath after = FilePath.of("job", "shared", "dead-letters", "run");
    FilePath other = FilePath.of("job2", "shared", "run");
    List.of(before, alike, after, other).forEach(path -> put(path, bytes("content")));
    put(FilePath.of("job", "dead-letters", "stage", "shard", "1"), bytes("content"));

    assertThat(storage.listExcept(FilePath.of("job"), "dead-letters"))
        .extracting(Stored::path)
        .containsExactlyInAnyOrder(before, alike, after);
  }

  @Test
  final void theFirstFilesAreListedInTheOrderOfTheirPaths() {
    FilePath folder = FilePath.of("job", "dead-letters", "stage", "shard");
    for (int i : new int[] {3, 1, 2}) {
      put(folder.resolve(FilePath.of(Integer.toString(i))), bytes("content"));
    }

    assertThat(storage.listFirst(folder, 2))
        .extracting(stored -> stored.path().fileName())
        .containsExactly("1", "2");
    assertThat(storage.listFirst(FilePath.of("nothing"), 2)).isEmpty();
  }

  @Test
  final void listsMoreThanOnePage() {
    for (int i = 0; i < 1_100; i++) {
      put(FilePath.of("job", "shared", "run-" + i), new byte[] {1});
    }

    assertThat(storage.list(FilePath.of("job")))
        .extracting(Stored::path)
        .doesNotHaveDuplicates()
        .hasSize(1_100);
  }

  @Test
  final void whatIsDeletedIsGoneAndItsPathIsFree() {
    FilePath other = FilePath.of("job", "chk-1", "other");
    put(FILE, bytes("content"));
    put(other, bytes("other"));

    storage.delete(FILE);

    assertThat(storage.get(FILE)).isEmpty();
    assertThat(storage.head(FILE)).isEmpty();
    assertThat(storage.list(FilePath.of("job"))).extracting(Stored::path).containsExactly(other);
    assertThat(put(FILE, bytes("again"))).isEqualTo(Put.CREATED);
  }

  @Test
  final void deletingWhatIsNotThereDoesNothing() {
    put(FILE, bytes("content"));

    storage.delete(FilePath.of("job", "missing"));
    storage.delete(FilePath.of("job", "chk-1"));

    assertThat(storage.get(FILE)).isPresent();
  }

  @Test
  final void aLargeFileComesBackWhole() {
    byte[] large = new byte[largestFileBytes()];
    new SplittableRandom(42).nextBytes(large);

    put(FILE, large);

    assertThat(storage.get(FILE)).hasValueSatisfying(stored -> assertThat(stored).isEqualTo(large));
    assertThat(storage.head(FILE).orElseThrow().sha256()).contains(Sha256.of(large));
  }

  @Test
  final void aFileBelowTheRootIsTheSameByItsAbsolutePath() {
    FilePath absolute = root().resolve(FILE);
    put(absolute, bytes("content"));

    assertThat(storage.normalize(absolute)).isEqualTo(FILE);
    assertThat(storage.normalize(FILE)).isEqualTo(FILE);
    assertThat(put(FILE, bytes("other"))).isEqualTo(Put.ALREADY_EXISTS);
    assertThat(storage.get(FILE)).hasValueSatisfying(isContent());
    assertThat(storage.get(absolute)).hasValueSatisfying(isContent());
    assertThat(storage.head(absolute)).map(Stored::path).contains(FILE);
    assertThat(storage.list(root().resolve(FilePath.of("job"))))
        .extracting(Stored::path)
        .containsExactly(FILE);

    storage.delete(absolute);
    assertThat(storage.get(FILE)).isEmpty();
  }

  @Test
  final void anAbsolutePathReachesFilesOutsideTheRoot() throws Exception {
    FilePath outside = elsewhere().resolve(FILE);

    assertThat(put(outside, bytes("content"))).isEqualTo(Put.CREATED);
    assertThat(put(outside, bytes("other"))).isEqualTo(Put.ALREADY_EXISTS);

    assertThat(storage.normalize(outside)).isEqualTo(outside);
    assertThat(storage.get(FILE)).isEmpty();
    assertThat(storage.get(outside)).hasValueSatisfying(isContent());
    Stored stored = storage.head(outside).orElseThrow();
    assertThat(stored.path()).isEqualTo(outside);
    assertThat(stored.sha256()).contains(Sha256.of(bytes("content")));
    assertThat(storage.list(elsewhere())).extracting(Stored::path).containsExactly(outside);
    assertThat(storage.list(FilePath.of("job"))).isEmpty();

    storage.delete(outside);
    assertThat(storage.get(outside)).isEmpty();
  }

  private static Consumer<byte[]> isContent() {
    return bytes -> assertThat(bytes).isEqualTo(bytes("content"));
  }

  @Test
  final void aPathOfAnotherKindIsRefused() {
    String own = root().absolute().orElseThrow().scheme();
    for (FilePath path :
        List.of(
            new FilePath("s3://bucket/job/file"),
            new FilePath("file:///directory/job/file"),
            new FilePath("dynamodb://table/job/file"),
            new FilePath("memory://process/job/file"))) {
      if (!path.absolute().orElseThrow().scheme().equals(own)) {
        assertRefused(() -> put(path, bytes("content")), path);
        assertRefused(() -> storage.get(path), path);
        assertRefused(() -> storage.head(path), path);
        assertRefused(() -> storage.list(path), path);
        assertRefused(() -> storage.delete(path), path);
        assertThat(storage.normalize(path)).isEqualTo(path);
      }
    }
  }

  private static void assertRefused(ThrowingCallable call, FilePath path) {
    assertThatThrownBy(call)
        .isInstanceOf(StorageException.class)
        .hasMessageContaining("cannot use " + path);
  }

  private Put put(FilePath path, byte[] bytes) {
    return storage.put(path, bytes, Sha256.of(bytes));
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
