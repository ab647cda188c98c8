package dev.cairn.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.cairn.storage.FilePath;
import dev.cairn.storage.FileRef;
import dev.cairn.storage.Sha256;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class CompactionTest {
  private static final Sha256 ANY = Sha256.of(new byte[0]);

  @ParameterizedTest(name = "runs of {1} bytes, at most {0}: fold {2}")
  @CsvSource({
    "4, '', 0",
    "4, '10 10 10', 0",
    "4, '10 10 10 10', 4",
    "4, '10 10 41 10', 2",
    "4, '10 10 40 10', 4",
    "4, '10 10 40 121', 3",
    "4, '10 10 40 120', 4",
    "4, '1 1000 1000 100000', 3",
    "4, '1 1000 5000 5000 5000', 2",
    "4, '0 0 0 0', 4",
    "4, '0 0 1 0', 2",
    "2, '1 100', 2",
    "8, '1 1 1 1 1 1 1 1', 8",
    "8, '1 1 1 1 1 1 1', 0",
  })
  void foldsTheNewestRunsOfLikeSize(int maximum, String sizes, int folded) {
    assertThat(Compaction.plan(manifest(sizes.isEmpty() ? List.of() : sizes(sizes)), maximum))
        .isEqualTo(folded);
  }

  @Test
  void keepsTheRunsFewAndTheWorkSmall() {
    List<Long> runs = new ArrayList<>();
    long written = 0;
    int flushes = 10_000;
    for (int i = 0; i < flushes; i++) {
      int folded = Compaction.plan(manifest(runs), Compaction.DEFAULT_MAXIMUM_RUNS);
      long size = 100 + runs.subList(0, folded).stream().mapToLong(Long::longValue).sum();
      runs.subList(0, folded).clear();
      runs.addFirst(size);
      written += size;
      assertThat(runs).hasSizeLessThanOrEqualTo(Compaction.DEFAULT_MAXIMUM_RUNS);
    }
    assertThat(written / (100L * flushes)).as("times that a byte is written").isLessThan(12);
  }

  @Test
  void aStateNeedsRoomForTwoRuns() {
    assertThatIllegalArgumentException().isThrownBy(() -> Compaction.plan(Manifest.EMPTY, 1));
  }

  private static List<Long> sizes(String sizes) {
    return Arrays.stream(sizes.split(" ")).map(Long::valueOf).toList();
  }

  private static Manifest manifest(List<Long> sizes) {
    Stream<RunRef> runs =
        sizes.stream()
            .map(size -> new RunRef(new FileRef(FilePath.of("run"), size, ANY), HashRange.ALL));
    return new Manifest(runs.toList(), List.of());
  }
}
