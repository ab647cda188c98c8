package dev.cairn.contracts;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cairn.inmemory.s3.InMemoryStorage;
import dev.cairn.storage.FilePath;
import dev.cairn.storage.FileStorage;
import dev.cairn.storage.Sha256;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class InMemoryStorageTest extends FileStorageContract {
  private static final FilePath FILE = FilePath.of("job", "shared", "run");

  @Override
  protected FileStorage emptyStorage() {
    return new InMemoryStorage(() -> Instant.EPOCH);
  }

  @Override
  protected FilePath root() {
    return InMemoryStorage.ROOT;
  }

  @Override
  protected FilePath elsewhere() {
    return new FilePath("memory://elsewhere");
  }

  @Test
  void aDamagedFileHasTheChecksumOfWhatItHolds() {
    InMemoryStorage storage = new InMemoryStorage(() -> Instant.EPOCH);
    byte[] whole = {1, 2, 3};
    storage.put(FILE, whole, Sha256.of(whole));

    storage.flipBit(FILE, 9);
    assertThat(storage.get(FILE).orElseThrow()).containsExactly(1, 0, 3);
    assertThat(storage.head(FILE).orElseThrow().sha256()).contains(Sha256.of(new byte[] {1, 0, 3}));
    storage.truncate(FILE, 1);
    assertThat(storage.get(FILE).orElseThrow()).containsExactly(1);
    assertThat(storage.head(FILE).orElseThrow().sizeBytes()).isEqualTo(1);
    assertThat(whole).containsExactly(1, 2, 3);
  }
}
