package dev.cairn.inmemory.kinesis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cairn.id.Position;
import dev.cairn.id.SequenceNumber;
import dev.cairn.id.ShardId;
import dev.cairn.inmemory.kinesis.LocalStream.Placed;
import dev.cairn.inmemory.world.World;
import dev.cairn.state.KeyHash;
import dev.cairn.stream.ExpiredIteratorException;
import dev.cairn.stream.NotInStreamException;
import dev.cairn.stream.StreamReader.From;
import dev.cairn.stream.StreamReader.Page;
import dev.cairn.stream.StreamRecord;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.function.BooleanSupplier;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

/** What only a local stream can be told to do: to forget; and its own refusals. */
final class LocalStreamTrimTest {
  private static final Instant START = Instant.parse("2013-01-01T05:15:00Z");

  private static final Paging WHOLE =
      new Paging() {
        @Override
        public Duration stretch(Duration behind) {
          return behind;
        }

        @Override
        public int limit(int asked) {
          return asked;
        }
      };

  private final SteppedWorld world = new SteppedWorld();
  private final LocalStream stream = new LocalStream(world, 1, Duration.ofHours(24), WHOLE);
  private final ShardId shard = stream.listed().getFirst().id();

  @Test
  void numbersLookLikeThoseOfKinesis() {
    List<Placed> placed = putHourly(3);
    assertThat(shard.value()).isEqualTo("shardId-000000000000");
    assertThat(placed)
        .allSatisfy(p -> assertThat(p.sequenceNumber().digits()).hasSize(56).doesNotStartWith("0"));
    long first = SequenceNumbers.ordinal(placed.get(0).sequenceNumber());
    assertThat(SequenceNumbers.ordinal(placed.get(1).sequenceNumber())).isGreaterThan(first + 1);
  }

  @Test
  void aTrimmedRecordIsSilentlyAnsweredWithTheOldest() {
    List<Placed> placed = putHourly(5);
    stream.trim(shard, placed.get(3).sequenceNumber());
    Page page = stream.read(shard, new From.At(placed.get(1).sequenceNumber()), 10);
    assertThat(numbers(page.records())).isEqualTo(numbersOf(placed.subList(3, 5)));
    assertThat(numbers(stream.after(shard, Position.after(placed.get(0).sequenceNumber()), 10)))
        .isEqualTo(numbersOf(placed.subList(3, 5)));
  }

  @Test
  void trimsByArrival() {
    List<Placed> placed = putHourly(5);
    stream.trim(shard, START.plus(Duration.ofHours(2)));
    assertThat(numbers(stream.read(shard, new From.Horizon(), 10).records()))
        .isEqualTo(numbersOf(placed.subList(2, 5)));
  }

  @Test
  void trimsWhatIsOlderThanTheRetention() {
    List<Placed> placed = putHourly(5);
    world.now = START.plus(Duration.ofHours(27));
    stream.trimExpired();
    assertThat(numbers(stream.read(shard, new From.Horizon(), 10).records()))
        .isEqualTo(numbersOf(placed.subList(3, 5)));
  }

  @Test
  void aPageGoesOnWhereItEndedAlthoughRecordsBeforeItWereTrimmed() {
    List<Placed> placed = putHourly(5);
    From.Next next = stream.read(shard, new From.Horizon(), 2).next().orElseThrow();
    stream.trim(shard, placed.get(4).sequenceNumber());
    assertThat(numbers(stream.read(shard, next, 10).records()))
        .isEqualTo(numbersOf(placed.subList(4, 5)));
  }

  @Test
  void aShardThatIsTrimmedToNothingStillLeadsToLaterRecords() {
    putHourly(3);
    stream.trim(shard, START.plus(Duration.ofDays(1)));
    Page empty = stream.read(shard, new From.Horizon(), 10);
    Placed later = stream.put("N1", new byte[1], Optional.empty());
    assertThat(empty.records()).isEmpty();
    assertThat(numbers(stream.read(shard, empty.next().orElseThrow(), 10).records()))
        .containsExactly(later.sequenceNumber());
  }

  @Test
  void aPageCoversFiveMinutesAndSaysHowFarItIsBehind() {
    LocalStream paged = new LocalStream(world, 1, Duration.ofHours(24));
    Placed first = paged.put("N1", new byte[1], Optional.empty());
    world.now = world.now.plus(Duration.ofMinutes(12));
    Placed second = paged.put("N1", new byte[1], Optional.empty());

    Page page = paged.read(shard, new From.Horizon(), 10);
    assertThat(numbers(page.records())).containsExactly(first.sequenceNumber());
    assertThat(page.behind()).isEqualTo(Duration.ofMinutes(7));
    Page empty = paged.read(shard, page.next().orElseThrow(), 10);
    assertThat(empty.records()).isEmpty();
    assertThat(empty.behind()).isEqualTo(Duration.ofMinutes(2));
    Page last = paged.read(shard, empty.next().orElseThrow(), 10);
    assertThat(numbers(last.records())).containsExactly(second.sequenceNumber());
    assertThat(last.isAtTip()).isTrue();
  }

  @Test
  void anIteratorIsValidForFiveMinutes() {
    From.Next next = stream.read(shard, new From.Horizon(), 10).next().orElseThrow();
    world.now = world.now.plus(Duration.ofMinutes(5));
    assertThat(stream.read(shard, next, 10).records()).isEmpty();
    world.now = world.now.plus(Duration.ofMillis(1));
    assertThatThrownBy(() -> stream.read(shard, next, 10))
        .isInstanceOf(ExpiredIteratorException.class)
        .hasMessageContaining("Iterator expired");
  }

  @Test
  void aNewShardIsListedLate() {
    stream.listLate(Duration.ofMinutes(1));
    List<ShardId> children = stream.split(shard);
    assertThat(stream.shards()).extracting(one -> one.id()).containsExactly(shard);
    world.now = world.now.plus(Duration.ofMinutes(1));
    assertThat(stream.shards()).extracting(one -> one.id()).containsAll(children);
  }

  @Test
  void aStreamThatIsCreatedAgainKnowsNothingOfTheOldOne() {
    Placed old = stream.put("N1", new byte[1], Optional.empty());
    stream.recreate(1);
    Placed again = stream.put("N1", new byte[1], Optional.empty());
    assertThat(again.shard()).isEqualTo(old.shard());
    assertThat(again.sequenceNumber()).isGreaterThan(old.sequenceNumber());
    assertThatThrownBy(() -> stream.read(shard, new From.At(old.sequenceNumber()), 1))
        .isInstanceOf(NotInStreamException.class)
        .hasMessageContaining("did not come from this stream");
  }

  @Test
  void aPageHoldsNoMoreThanTenMebibytes() {
    for (int i = 0; i < 12; i++) {
      stream.put("N1", new byte[1_000_000], Optional.empty());
    }
    Page page = stream.read(shard, new From.Horizon(), 100);
    assertThat(page.records()).hasSize(10);
    assertThat(stream.read(shard, page.next().orElseThrow(), 100).records()).hasSize(2);
  }

  @Test
  void refusesByName() {
    assertThatThrownBy(() -> stream.put("", new byte[0], Optional.empty()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("this one has 0");
    assertThatThrownBy(() -> stream.put("k", new byte[1 << 20], Optional.empty()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("1048577");
    assertThatThrownBy(
            () -> stream.read(new ShardId("shardId-000000000009"), new From.Horizon(), 1))
        .isInstanceOf(NotInStreamException.class)
        .hasMessageContaining("Shard shardId-000000000009")
        .hasMessageContaining("does not exist");
    assertThatThrownBy(() -> stream.read(shard, new From.At(new SequenceNumber("17")), 1))
        .isInstanceOf(NotInStreamException.class)
        .hasMessageContaining("did not come from this stream");
    assertThatThrownBy(() -> stream.read(shard, new From.Next("shardId-000000000001@3"), 1))
        .hasMessageContaining("is not where a page of " + shard + " ended");
    stream.split(shard);
    assertThatThrownBy(() -> stream.split(shard)).hasMessageContaining("split one of its children");
  }

  @Test
  void dividesTheHashSpaceAtTheBoundsThatKinesisUses() {
    LocalStream three = new LocalStream(world, 3, Duration.ofDays(1));
    assertThat(three.listed())
        .extracting(s -> s.range().to().toDecimal())
        .containsExactly(
            "113427455640312821154458202477256070484",
            "226854911280625642308916404954512140969",
            "340282366920938463463374607431768211455");
    assertThat(three.listed().get(1).range().from())
        .isEqualTo(KeyHash.ofDecimal("113427455640312821154458202477256070485"));
  }

  private List<Placed> putHourly(int count) {
    List<Placed> placed = new ArrayList<>();
    for (int hour = 0; hour < count; hour++) {
      world.now = START.plus(Duration.ofHours(hour));
      placed.add(stream.put("N1", new byte[] {(byte) hour}, Optional.empty()));
    }
    return placed;
  }

  private static List<SequenceNumber> numbers(List<StreamRecord> records) {
    return records.stream().map(StreamRecord::sequenceNumber).toList();
  }

  private static List<SequenceNumber> numbersOf(List<Placed> placed) {
    return placed.stream().map(Placed::sequenceNumber).toList();
  }

  /** Time goes where the test puts it; there is nobody else. */
  private static final class SteppedWorld implements World {
    private Instant now = START;

    @Override
    public Instant now() {
      return now;
    }

    @Override
    public RandomGenerator random() {
      return new Random(1);
    }

    @Override
    public void start(String name, Runnable body) {
      body.run();
    }

    @Override
    public void pass(String point) {}

    @Override
    public boolean await(Duration timeout, BooleanSupplier condition) {
      return condition.getAsBoolean();
    }

    @Override
    public void changed() {}
  }
}
