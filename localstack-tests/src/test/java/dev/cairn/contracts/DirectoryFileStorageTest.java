package dev.cairn.contracts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cairn.directory.DirectoryFileStorage;
import dev.cairn.storage.FilePath;
import dev.cairn.storage.FileStorage;
import dev.cairn.storage.FileStorage.Stored;
import dev.cairn.storage.Sha256;
import dev.cairn.storage.StorageException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class DirectoryFileStorageTest extends FileStorageContract {
  private static final byte[] CONTENT = {1, 2, 3};
  private static final FilePath FILE = FilePath.of("job", "shared", "run");

  @TempDir Path directory;

  @Override
  protected FileStorage emptyStorage() {
    return new DirectoryFileStorage(directory.resolve("created/when/needed"));
  }

  @Override
  protected FilePath root() {
    return DirectoryFileStorage.pathOf(directory.resolve("created/when/needed"));
  }

  @Override
  protected FilePath elsewhere() {
    return DirectoryFileStorage.pathOf(directory.resolve("created/elsewhere"));
  }

  @Test
  void aDirectoryWhoseNameNoPathCanHaveIsRefusedByName() {
    assertThatThrownBy(() -> DirectoryFileStorage.pathOf(directory.resolve("my backups")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("my backups")
        .hasMessageContaining("choose another directory");
  }

  @Test
  void namesThatNoPathHasAreNotListed() throws IOException {
    FileStorage storage = new DirectoryFileStorage(directory);
    storage.put(FILE, CONTENT, Sha256.of(CONTENT));
    Files.write(directory.resolve("job/shared/~left by a process that was killed"), CONTENT);

    assertThat(storage.list(FilePath.of("job"))).extracting(Stored::path).containsExactly(FILE);
  }

  @Test
  void aPutLeavesNothingButTheFile() throws IOException {
    FileStorage storage = new DirectoryFileStorage(directory);
    storage.put(FILE, CONTENT, Sha256.of(CONTENT));
    storage.put(FILE, CONTENT, Sha256.of(CONTENT));

    try (Stream<Path> files = Files.list(directory.resolve("job/shared"))) {
      assertThat(files).containsExactly(directory.resolve("job/shared/run"));
    }
  }

  @Test
  void noPathLeadsThroughASymbolicLink() throws IOException {
    Path outside = Files.createDirectories(directory.resolve("outside/shared"));
    Path root = Files.createDirectories(directory.resolve("root"));
    Files.createSymbolicLink(root.resolve("job"), directory.resolve("outside"));
    FileStorage storage = new DirectoryFileStorage(root);

    for (FilePath path : List.of(FILE, FilePath.of("job"))) {
      assertThatThrownBy(() -> storage.put(path, CONTENT, Sha256.of(CONTENT)))
          .isInstanceOf(StorageException.class)
          .hasMessageContaining("symbolic link");
      assertThatThrownBy(() -> storage.get(path)).isInstanceOf(StorageException.class);
      assertThatThrownBy(() -> storage.head(path)).isInstanceOf(StorageException.class);
      assertThatThrownBy(() -> storage.list(path)).isInstanceOf(StorageException.class);
      assertThatThrownBy(() -> storage.delete(path)).isInstanceOf(StorageException.class);
    }
    assertThat(outside).isEmptyDirectory();
  }

  @Test
  void aFileInTheWayOfAFolderIsNotTakenForTheFile() {
    FileStorage storage = new DirectoryFileStorage(directory);
    storage.put(FilePath.of("job", "shared"), CONTENT, Sha256.of(CONTENT));

    assertThatThrownBy(() -> storage.put(FILE, CONTENT, Sha256.of(CONTENT)))
        .isInstanceOf(StorageException.class)
        .hasMessageContaining("cannot put job/shared/run");
  }
}
