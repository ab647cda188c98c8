package dev.cairn.inmemory.lambda;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cairn.id.Position;
import dev.cairn.id.SequenceNumber;
import dev.cairn.id.ShardId;
import dev.cairn.inmemory.kinesis.LocalStream;
import dev.cairn.inmemory.lambda.Delivery.Manner;
import dev.cairn.inmemory.lambda.Delivery.Plan;
import dev.cairn.inmemory.lambda.LocalMapping.Progress;
import dev.cairn.inmemory.world.Interference;
import dev.cairn.inmemory.world.WallClockWorld;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What a mapping may do beyond delivering each batch once, and how it is stopped. */
final class LocalMappingDeliveryTest {
  private static final Duration LONG = Duration.ofSeconds(20);
  private static final MappingSettings SETTINGS =
      new MappingSettings("departures", 10, Duration.ofMillis(1), Duration.ofMillis(10));
  private static final Pattern NUMBER = Pattern.compile("\"sequenceNumber\":\"(\\d+)\"");

  private final WallClockWorld world = new WallClockWorld(7, Interference.NONE);
  private final LocalStream stream = new LocalStream(world, 1, Duration.ofDays(1));
  private final ShardId shard = stream.listed().getFirst().id();
  private final List<List<SequenceNumber>> deliveries = new ArrayList<>();

  @AfterEach
  void close() {
    world.close();
  }

  @Test
  void deliversABatchTwiceAtOnce() {
    List<SequenceNumber> all = put(30);
    AtomicInteger inside = new AtomicInteger();
    AtomicInteger pairs = new AtomicInteger();
    LambdaFunction meeting =
        event -> {
          // Returns only when the other one has come too, so a batch that came once would never
          // end.
          int arrival = inside.incrementAndGet();
          world.changed();
          int both = (arrival + 1) / 2 * 2;
          if (world.await(LONG, () -> inside.get() >= both)) {
            pairs.incrementAndGet();
          }
          return note(event);
        };
    LocalMapping mapping = start(meeting, always(10, Manner.TWICE_AT_ONCE));
    awaitCaughtUp(mapping);
    stopAndWait(mapping);
    assertThat(pairs).hasValue(6);
    assertThat(deliveries).hasSize(6).allSatisfy(batch -> assertThat(batch).hasSize(10));
    assertThat(new HashSet<>(deliveries)).hasSize(3);
    assertThat(mapping.progress(shard))
        .isEqualTo(new Progress(Position.after(all.getLast()), 3, 0));
  }

  @Test
  void theAnswerOfEitherOfTwoCounts() {
    put(1);
    AtomicInteger calls = new AtomicInteger();
    // Of each pair one fails: the batch is done when the chosen one succeeded.
    LambdaFunction oneOfTwo =
        event ->
            calls.incrementAndGet() % 2 == 0
                ? note(event)
                : new InvocationResult.Failed(new IllegalStateException("odd"));
    LocalMapping mapping = start(oneOfTwo, always(1, Manner.TWICE_AT_ONCE));
    for (int i = 0; i < 20; i++) {
      awaitCaughtUp(mapping);
      put(1);
    }
    awaitCaughtUp(mapping);
    assertThat(mapping.progress(shard).retries()).isPositive();
    assertThat(mapping.progress(shard).batches() - mapping.progress(shard).retries()).isEqualTo(21);
  }

  @Test
  void deliversABatchAgainAfterItSucceeded() {
    put(30);
    LocalMapping mapping = start(this::note, always(10, Manner.AGAIN_AFTER_SUCCESS));
    awaitCaughtUp(mapping);
    stopAndWait(mapping);
    assertThat(deliveries).hasSize(6);
    assertThat(new HashSet<>(deliveries)).hasSize(3);
  }

  @Test
  void deliversAnOlderBatchBesideALaterOne() {
    List<SequenceNumber> all = put(100);
    LocalMapping mapping = start(this::note, always(10, Manner.BESIDE_AN_OLDER_BATCH));
    awaitCaughtUp(mapping);
    stopAndWait(mapping);
    // One beside each batch but the first, before which there is none.
    assertThat(deliveries).hasSize(19);
    assertThat(new HashSet<>(deliveries)).hasSize(10);
    assertThat(mapping.progress(shard).cursor()).isEqualTo(Position.after(all.getLast()));
  }

  @Test
  void cutsBatchesAsPlannedButNoLargerThanItsBatchSize() {
    List<SequenceNumber> all = put(26);
    AtomicInteger size = new AtomicInteger();
    LocalMapping mapping =
        start(this::note, (of, attempt, most) -> new Plan(size.addAndGet(4), Manner.ONCE));
    awaitCaughtUp(mapping);
    assertThat(deliveries).extracting(List::size).containsExactly(4, 8, 10, 4);
    assertThat(deliveries.stream().flatMap(List::stream)).isEqualTo(all);
  }

  @Test
  void cutsTheSameRecordsOtherwiseWhenItTriesAgain() {
    List<SequenceNumber> all = put(10);
    List<Integer> attempts = new ArrayList<>();
    Delivery smaller =
        (of, attempt, most) -> {
          attempts.add(attempt);
          return new Plan(Math.max(1, most >> (attempt - 1)), Manner.ONCE);
        };
    LambdaFunction onlySmall =
        event -> {
          InvocationResult noted = note(event);
          return deliveries.getLast().size() > 3 ? new InvocationResult.TimedOut() : noted;
        };
    LocalMapping mapping = start(onlySmall, smaller);
    awaitCaughtUp(mapping);
    assertThat(deliveries.subList(0, 3)).containsExactly(all, all.subList(0, 5), all.subList(0, 2));
    assertThat(attempts.subList(0, 4)).containsExactly(1, 2, 3, 1);
  }

  @Test
  void anAnswerThatCannotBeUnderstoodIsAFailure() {
    List<SequenceNumber> all = put(5);
    AtomicInteger calls = new AtomicInteger();
    LambdaFunction babbling =
        event -> {
          note(event);
          return answer(calls.incrementAndGet() < 3 ? "{\"batchItemFailures\":[{}]}" : "");
        };
    LocalMapping mapping = start(babbling, Delivery.ORDERLY);
    awaitCaughtUp(mapping);
    assertThat(deliveries).containsExactly(all, all, all);
    assertThat(mapping.progress(shard))
        .isEqualTo(new Progress(Position.after(all.getLast()), 3, 2));
  }

  @Test
  void passesOverWhatWasTrimmedMeanwhile() {
    List<SequenceNumber> all = put(20);
    LambdaFunction trimming =
        event -> {
          stream.trim(shard, all.get(15));
          return note(event);
        };
    LocalMapping mapping = start(trimming, Delivery.ORDERLY);
    awaitCaughtUp(mapping);
    assertThat(deliveries).containsExactly(all.subList(0, 10), all.subList(15, 20));
  }

  @Test
  void stopsAfterTheInvocationsThatRun() {
    List<SequenceNumber> all = put(100);
    AtomicBoolean inside = new AtomicBoolean();
    AtomicBoolean released = new AtomicBoolean();
    LambdaFunction slow =
        event -> {
          inside.set(true);
          world.changed();
          world.await(LONG, released::get);
          return note(event);
        };
    LocalMapping mapping = start(slow, Delivery.ORDERLY);
    assertThat(world.await(LONG, inside::get)).isTrue();
    mapping.stop();
    assertThat(mapping.isStopped()).isFalse();
    released.set(true);
    world.changed();
    assertThat(world.await(LONG, mapping::isStopped)).isTrue();
    assertThat(deliveries).containsExactly(all.subList(0, 10));
    assertThat(mapping.progress(shard).cursor()).isEqualTo(Position.after(all.get(9)));
  }

  @Test
  void waitsLongerAfterEachFailure() {
    MappingSettings settings =
        new MappingSettings("s", 1, Duration.ofMillis(100), Duration.ofSeconds(1));
    assertThat(
            List.of(1, 2, 3, 4, 5, 1_000).stream().map(settings::backoff).map(Duration::toMillis))
        .containsExactly(100L, 200L, 400L, 800L, 1_000L, 1_000L);
  }

  private List<SequenceNumber> put(int count) {
    List<SequenceNumber> numbers = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      numbers.add(stream.put("N" + i, new byte[] {(byte) i}, Optional.empty()).sequenceNumber());
    }
    return numbers;
  }

  private LocalMapping start(LambdaFunction function, Delivery delivery) {
    LocalMapping mapping = new LocalMapping(world, stream, function, SETTINGS, delivery);
    mapping.start();
    return mapping;
  }

  private static Delivery always(int batchSize, Manner manner) {
    return (shard, attempt, most) -> new Plan(batchSize, manner);
  }

  private void awaitCaughtUp(LocalMapping mapping) {
    assertThat(world.await(LONG, mapping::isCaughtUp)).isTrue();
  }

  private void stopAndWait(LocalMapping mapping) {
    mapping.stop();
    assertThat(world.await(LONG, mapping::isStopped)).isTrue();
  }

  private synchronized InvocationResult note(byte[] event) {
    List<SequenceNumber> numbers = new ArrayList<>();
    Matcher matcher = NUMBER.matcher(new String(event, StandardCharsets.UTF_8));
    while (matcher.find()) {
      numbers.add(new SequenceNumber(matcher.group(1)));
    }
    deliveries.add(numbers);
    return answer("{\"batchItemFailures\":[]}");
  }

  private static InvocationResult answer(String json) {
    return new InvocationResult.Returned(json.getBytes(StandardCharsets.UTF_8));
  }
}
