package dev.cairn.stream;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cairn.id.SequenceNumber;
import dev.cairn.id.ShardId;
import dev.cairn.state.StartPosition;
import dev.cairn.stream.ShardScan.Step;
import dev.cairn.stream.StreamReader.From;
import dev.cairn.stream.StreamReader.Page;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class ShardScanTest {
  private static final ShardId SHARD = new ShardId("shardId-000000000000");
  private static final Instant NOW = Instant.parse("2026-11-21T10:00:00Z");
  private static final From.Horizon HORIZON = new From.Horizon();

  private final Scripted stream = new Scripted();
  private final ShardScan scan = new ShardScan(stream, () -> NOW, SHARD, HORIZON, 10);

  @Test
  void emptyPagesArePassedOverHoweverManyThereAre() {
    for (int i = 0; i < 3_000; i++) {
      stream.answer(page(Duration.ofMinutes(5L * (3_000 - i))));
    }
    stream.answer(page(Duration.ofMinutes(1), 7));

    assertThat(scan.next(() -> true)).isEqualTo(new Step.Records(List.of(record(7))));
  }

  @Test
  void anEmptyPageAtTheTipEndsTheScanIfItFollowsAnotherPage() {
    stream.answer(page(Duration.ZERO));
    stream.answer(page(Duration.ZERO));

    assertThat(scan.next(() -> true)).isEqualTo(new Step.Tip());
    assertThat(stream.asked).hasSize(2);
  }

  @Test
  void theFirstPageOfAnIteratorIsNotBelievedToBeTheTip() {
    stream.answer(page(Duration.ZERO));
    stream.answer(page(Duration.ZERO, 7));

    assertThat(scan.next(() -> false)).isEqualTo(new Step.Quiet());
    assertThat(scan.reached()).isEmpty();
    assertThat(scan.next(() -> true)).isEqualTo(new Step.Records(List.of(record(7))));
    assertThat(scan.reached()).contains(NOW);
  }

  @Test
  void recordsAtTheTipAreNotTheEnd() {
    stream.answer(page(Duration.ZERO, 7));
    stream.answer(page(Duration.ZERO, 8));
    stream.answer(page(Duration.ZERO));

    assertThat(scan.next(() -> true)).isEqualTo(new Step.Records(List.of(record(7))));
    assertThat(scan.next(() -> true)).isEqualTo(new Step.Records(List.of(record(8))));
    assertThat(scan.next(() -> true)).isEqualTo(new Step.Tip());
  }

  @Test
  void aClosedShardEndsWhereNoPageFollows() {
    stream.answer(new Page(List.of(record(7)), Optional.empty(), Duration.ZERO));

    assertThat(scan.next(() -> true)).isEqualTo(new Step.Records(List.of(record(7))));
    assertThat(scan.next(() -> true)).isEqualTo(new Step.Tip());
    assertThat(stream.asked).hasSize(1);
  }

  @Test
  void aScanEndsWhenTimeIsUpAndContinuesWhereItWas() {
    stream.answer(page(Duration.ofHours(2)));
    stream.answer(page(Duration.ofHours(1)));
    stream.answer(page(Duration.ofMinutes(1), 7));

    assertThat(scan.next(() -> false)).isEqualTo(new Step.Quiet());
    assertThat(scan.reached()).contains(NOW.minus(Duration.ofHours(2)));
    assertThat(scan.next(() -> false)).isEqualTo(new Step.Quiet());
    assertThat(scan.reached()).contains(NOW.minus(Duration.ofHours(1)));
    assertThat(scan.next(() -> false)).isEqualTo(new Step.Records(List.of(record(7))));
  }

  @Test
  void anIteratorThatExpiresIsReplacedAndNoRecordComesTwice() {
    stream.answer(page(Duration.ofHours(2), 7));
    stream.expire();
    stream.answer(page(Duration.ofHours(2), 7, 8));

    assertThat(scan.next(() -> true)).isEqualTo(new Step.Records(List.of(record(7))));
    assertThat(scan.next(() -> true)).isEqualTo(new Step.Records(List.of(record(8))));
    assertThat(stream.asked.getLast()).isEqualTo(new From.At(new SequenceNumber("7")));
  }

  @Test
  void anIteratorThatExpiresBeforeAnyRecordBeginsAnew() {
    stream.answer(page(Duration.ofHours(2)));
    stream.expire();
    stream.answer(page(Duration.ofHours(2), 7));

    assertThat(scan.next(() -> true)).isEqualTo(new Step.Records(List.of(record(7))));
    assertThat(stream.asked.getLast()).isEqualTo(HORIZON);
  }

  private static StreamRecord record(int number) {
    return RECORDS.get(number);
  }

  private static final List<StreamRecord> RECORDS = new ArrayList<>();

  static {
    for (int i = 0; i < 10; i++) {
      RECORDS.add(new StreamRecord("key", new SequenceNumber("" + i), new byte[0], NOW));
    }
  }

  private static Page page(Duration behind, int... numbers) {
    List<StreamRecord> records = new ArrayList<>();
    for (int number : numbers) {
      records.add(record(number));
    }
    return new Page(records, Optional.of(new From.Next("next")), behind);
  }

  /** Returns one page after the other, and keeps where each was asked for. */
  private static final class Scripted implements StreamReader {
    private final Deque<Optional<Page>> pages = new ArrayDeque<>();
    private final List<From> asked = new ArrayList<>();

    void answer(Page page) {
      pages.add(Optional.of(page));
    }

    void expire() {
      pages.add(Optional.empty());
    }

    @Override
    public List<Shard> shards() {
      return List.of();
    }

    @Override
    public List<Shard> shardsOpenAt(StartPosition place) {
      return shards();
    }

    @Override
    public Duration retention() {
      return Duration.ofDays(1);
    }

    @Override
    public Page read(ShardId shard, From from, int limit) {
      asked.add(from);
      return pages.remove().orElseThrow(() -> new ExpiredIteratorException("expired"));
    }
  }
}
