package dev.cairn.contracts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cairn.checkpoint.Checkpoint;
import dev.cairn.history.History;
import dev.cairn.history.HistoryLine;
import dev.cairn.history.HistoryMark;
import dev.cairn.id.CheckpointId;
import dev.cairn.id.Epoch;
import dev.cairn.id.JobId;
import dev.cairn.job.Job;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What every {@link History} does. Each test has a job of its own. */
abstract class HistoryContract {
  // Ahead of the table's own clock, so that no line has expired by it.
  private static final Instant NOW = Instant.parse("2100-11-21T10:00:00.123456Z");

  private final JobId job = new JobId("job-" + UUID.randomUUID());

  abstract History history();

  @Test
  void nothingIsRecordedAtFirst() {
    assertThat(history().mark(job)).isEmpty();
    assertThat(all()).isEmpty();
  }

  @Test
  void keepsLinesAndMarkAsTheyAre() {
    HistoryLine whole =
        new HistoryLine(
            NOW,
            HistoryLine.Kind.COMPLETED,
            "7",
            new Epoch(3),
            Optional.of(new CheckpointId(7)),
            Optional.of(Checkpoint.Triggering.SCHEDULE),
            "checkpoint 7 is complete");
    HistoryLine bare = line(1, "a");
    HistoryMark mark =
        new HistoryMark(
            1,
            new Epoch(3),
            "RUNNING",
            new CheckpointId(8),
            new TreeSet<>(List.of(new CheckpointId(10), new CheckpointId(12))),
            Optional.of(new Job.Refusal("restore 9", "it is unknown", NOW)),
            new TreeMap<>(Map.of("execution.checkpointing.interval", "1 min")),
            new TreeMap<>(Map.of("code of main", "7")),
            new TreeMap<>(Map.of("main/shardId-000000000001", "USER_CODE")));
    assertThat(history().record(job, mark, List.of(whole, bare))).isTrue();

    assertThat(history().mark(job)).contains(mark);
    assertThat(all()).containsExactly(bare, whole);
    assertThat(history().mark(new JobId(job + "-2"))).isEmpty();
    assertThat(history().lines(new JobId(job + "-2"), Instant.EPOCH, Optional.empty(), 9))
        .isEmpty();
  }

  @Test
  void ofTwoThatRecordTheSameOneDoes() {
    assertThat(history().record(job, mark(1), List.of(line(0, "a")))).isTrue();
    assertThat(history().record(job, mark(1), List.of(line(1, "b")))).isFalse();
    assertThat(history().record(job, mark(3), List.of(line(2, "c")))).isFalse();
    assertThat(history().record(job, mark(2), List.of(line(3, "d")))).isTrue();

    assertThat(all()).containsExactly(line(3, "d"), line(0, "a"));
    assertThat(history().mark(job)).contains(mark(2));
  }

  @Test
  void aMarkMovesOnWithoutALine() {
    assertThat(history().record(job, mark(1), List.of())).isTrue();
    assertThat(history().mark(job)).contains(mark(1));
    assertThat(all()).isEmpty();
  }

  @Test
  void linesComeFromTheNewestOnAndPageByPage() {
    List<HistoryLine> lines =
        IntStream.range(0, 130)
            .mapToObj(i -> line(i / 2, String.format(Locale.ROOT, "%03d", i)))
            .toList();
    for (int i = 0; i < lines.size(); i += 26) {
      history().record(job, mark(i / 26 + 1), lines.subList(i, i + 26));
    }
    List<HistoryLine> newestFirst = lines.reversed();

    assertThat(all()).isEqualTo(newestFirst);
    assertThat(history().lines(job, NOW.plusSeconds(60), Optional.empty(), 1_000))
        .isEqualTo(newestFirst.subList(0, 10));
    List<HistoryLine> paged = new ArrayList<>();
    List<HistoryLine> page = history().lines(job, Instant.EPOCH, Optional.empty(), 50);
    while (!page.isEmpty()) {
      assertThat(page).hasSizeLessThanOrEqualTo(50);
      paged.addAll(page);
      page = history().lines(job, Instant.EPOCH, Optional.of(page.getLast()), 50);
    }
    assertThat(paged).isEqualTo(newestFirst);
  }

  @Test
  void aRecordIsAsLargeAsATransactionTakes() {
    List<HistoryLine> most =
        IntStream.range(0, History.LARGEST_RECORD).mapToObj(i -> line(i, "a")).toList();
    assertThat(history().record(job, mark(1), most)).isTrue();
    assertThat(all()).hasSize(History.LARGEST_RECORD);

    List<HistoryLine> tooMany = new ArrayList<>(most);
    tooMany.add(line(99, "b"));
    assertThatThrownBy(() -> history().record(job, mark(2), tooMany))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("50 lines at most, and this one 51");
  }

  @Test
  void aSubjectThatIsTooLongForAKeyIsCut() {
    HistoryLine line = line(0, "x".repeat(5_000));
    assertThat(history().record(job, mark(1), List.of(line))).isTrue();
    assertThat(all()).containsExactly(line);
  }

  private List<HistoryLine> all() {
    return history().lines(job, Instant.EPOCH, Optional.empty(), 1_000);
  }

  private static HistoryLine line(int seconds, String subject) {
    return new HistoryLine(
        NOW.plusSeconds(seconds),
        HistoryLine.Kind.SERVED,
        subject,
        new Epoch(1),
        Optional.empty(),
        Optional.empty(),
        "it was served");
  }

  private static HistoryMark mark(long version) {
    return new HistoryMark(
        version,
        new Epoch(1),
        "RUNNING",
        new CheckpointId(1),
        new TreeSet<>(),
        Optional.empty(),
        new TreeMap<>(),
        new TreeMap<>(),
        new TreeMap<>());
  }
}
