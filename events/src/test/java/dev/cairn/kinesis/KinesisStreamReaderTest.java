package dev.cairn.kinesis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cairn.id.SequenceNumber;
import dev.cairn.id.ShardId;
import dev.cairn.retry.Backoff;
import dev.cairn.state.HashRange;
import dev.cairn.state.KeyHash;
import dev.cairn.stream.NotInStreamException;
import dev.cairn.stream.Shard;
import dev.cairn.stream.StreamException;
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
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.services.kinesis.KinesisClient;
import software.amazon.awssdk.services.kinesis.model.DescribeStreamSummaryRequest;
import software.amazon.awssdk.services.kinesis.model.DescribeStreamSummaryResponse;
import software.amazon.awssdk.services.kinesis.model.ExpiredIteratorException;
import software.amazon.awssdk.services.kinesis.model.GetRecordsRequest;
import software.amazon.awssdk.services.kinesis.model.GetRecordsResponse;
import software.amazon.awssdk.services.kinesis.model.GetShardIteratorRequest;
import software.amazon.awssdk.services.kinesis.model.GetShardIteratorResponse;
import software.amazon.awssdk.services.kinesis.model.InvalidArgumentException;
import software.amazon.awssdk.services.kinesis.model.KinesisRequest;
import software.amazon.awssdk.services.kinesis.model.ListShardsRequest;
import software.amazon.awssdk.services.kinesis.model.ListShardsResponse;
import software.amazon.awssdk.services.kinesis.model.ProvisionedThroughputExceededException;
import software.amazon.awssdk.services.kinesis.model.Record;
import software.amazon.awssdk.services.kinesis.model.ResourceNotFoundException;
import software.amazon.awssdk.services.kinesis.model.ShardIteratorType;

class KinesisStreamReaderTest {
  private static final ShardId SHARD = new ShardId("shardId-000000000003");
  private static final Instant ARRIVAL = Instant.parse("2026-11-21T10:00:00Z");

  private final ScriptedKinesis kinesis = new ScriptedKinesis();
  private final List<Duration> pauses = new ArrayList<>();
  private final KinesisStreamReader reader =
      new KinesisStreamReader(
          kinesis, "flights", new Backoff(3, Duration.ofMillis(10), pauses::add));

  @Test
  void listsTheShardsOfAllPages() {
    kinesis.answer(
        ListShardsResponse.builder()
            .nextToken("more")
            .shards(
                shard ->
                    shard
                        .shardId("shardId-0")
                        .hashKeyRange(r -> r.startingHashKey("0").endingHashKey("9")))
            .build());
    kinesis.answer(
        ListShardsResponse.builder()
            .shards(
                shard ->
                    shard
                        .shardId("shardId-2")
                        .parentShardId("shardId-0")
                        .adjacentParentShardId("shardId-1")
                        .hashKeyRange(
                            r ->
                                r.startingHashKey("0")
                                    .endingHashKey("340282366920938463463374607431768211455")))
            .build());

    assertThat(reader.shards())
        .containsExactly(
            new Shard(
                new ShardId("shardId-0"),
                new HashRange(new KeyHash(0, 0), new KeyHash(0, 9)),
                List.of()),
            new Shard(
                new ShardId("shardId-2"),
                HashRange.ALL,
                List.of(new ShardId("shardId-0"), new ShardId("shardId-1"))));
    assertThat(kinesis.requests)
        .containsExactly(
            ListShardsRequest.builder().streamName("flights").build(),
            ListShardsRequest.builder().nextToken("more").build());
  }

  @Test
  void knowsTheRetention() {
    kinesis.answer(
        DescribeStreamSummaryResponse.builder()
            .streamDescriptionSummary(summary -> summary.retentionPeriodHours(24))
            .build());

    assertThat(reader.retention()).isEqualTo(Duration.ofDays(1));
  }

  @Test
  void readsFromTheHorizon() {
    assertThat(iteratorRequest(new From.Horizon()))
        .isEqualTo(expectedIterator().shardIteratorType(ShardIteratorType.TRIM_HORIZON).build());
  }

  @Test
  void readsFromATime() {
    assertThat(iteratorRequest(new From.Time(ARRIVAL)))
        .isEqualTo(
            expectedIterator()
                .shardIteratorType(ShardIteratorType.AT_TIMESTAMP)
                .timestamp(ARRIVAL)
                .build());
  }

  @Test
  void readsAtARecord() {
    assertThat(iteratorRequest(new From.At(new SequenceNumber("4950"))))
        .isEqualTo(
            expectedIterator()
                .shardIteratorType(ShardIteratorType.AT_SEQUENCE_NUMBER)
                .startingSequenceNumber("4950")
                .build());
  }

  private KinesisRequest iteratorRequest(From from) {
    kinesis.answer(GetShardIteratorResponse.builder().shardIterator("here").build());
    kinesis.answer(GetRecordsResponse.builder().build());
    reader.read(SHARD, from, 10);
    assertThat(kinesis.requests.get(1))
        .isEqualTo(GetRecordsRequest.builder().shardIterator("here").limit(10).build());
    return kinesis.requests.getFirst();
  }

  private static GetShardIteratorRequest.Builder expectedIterator() {
    return GetShardIteratorRequest.builder().streamName("flights").shardId(SHARD.value());
  }

  @Test
  void goesOnWhereAPageEnded() {
    byte[] data = {1, 2};
    kinesis.answer(
        GetRecordsResponse.builder()
            .records(
                Record.builder()
                    .partitionKey("a-1")
                    .sequenceNumber("77")
                    .data(SdkBytes.fromByteArray(data))
                    .approximateArrivalTimestamp(ARRIVAL)
                    .build())
            .nextShardIterator("further")
            .build());

    Page page = reader.read(SHARD, new From.Next("here"), 1_000_000);

    assertThat(page.next()).contains(new From.Next("further"));
    assertThat(page.records()).hasSize(1);
    assertThat(page.records().getFirst().partitionKey()).isEqualTo("a-1");
    assertThat(page.records().getFirst().sequenceNumber()).isEqualTo(new SequenceNumber("77"));
    assertThat(page.records().getFirst().data()).isEqualTo(data);
    assertThat(page.records().getFirst().arrival()).isEqualTo(ARRIVAL);
    assertThat(kinesis.requests)
        .containsExactly(GetRecordsRequest.builder().shardIterator("here").limit(10_000).build());
  }

  @Test
  void aClosedShardEnds() {
    kinesis.answer(GetRecordsResponse.builder().build());

    assertThat(reader.read(SHARD, new From.Next("here"), 10))
        .isEqualTo(new Page(List.of(), Optional.empty(), Duration.ZERO));
  }

  @Test
  void triesAgainWhenThrottled() {
    kinesis.fail(throttled());
    kinesis.fail(throttled());
    kinesis.answer(GetRecordsResponse.builder().nextShardIterator("further").build());

    assertThat(reader.read(SHARD, new From.Next("here"), 10).next())
        .contains(new From.Next("further"));
    assertThat(pauses).containsExactly(Duration.ofMillis(10), Duration.ofMillis(20));
  }

  @Test
  void givesUpWhenThrottledForLong() {
    for (int i = 0; i < 3; i++) {
      kinesis.fail(throttled());
    }

    assertThatThrownBy(() -> reader.read(SHARD, new From.Next("here"), 10))
        .isInstanceOf(StreamException.class)
        .hasMessageContaining("read shardId-000000000003 within 3 attempts");
    assertThat(kinesis.requests).hasSize(3);
  }

  @Test
  void outlastsTheSecondsThatFollowALargePage() {
    Duration[] waited = {Duration.ZERO};
    Backoff outlasting = Backoff.outlasting(KinesisStreamReader.LONGEST_REFUSAL);
    KinesisClient afterALargePage =
        new KinesisClient() {
          @Override
          public GetRecordsResponse getRecords(GetRecordsRequest request) {
            // The time that Kinesis names for a page of 10 MB.
            if (waited[0].compareTo(Duration.ofSeconds(5)) < 0) {
              throw throttled();
            }
            return GetRecordsResponse.builder().nextShardIterator("further").build();
          }

          @Override
          public String serviceName() {
            return SERVICE_NAME;
          }

          @Override
          public void close() {}
        };
    KinesisStreamReader patient =
        new KinesisStreamReader(
            afterALargePage,
            "flights",
            new Backoff(
                outlasting.attempts(),
                outlasting.firstPause(),
                pause -> waited[0] = waited[0].plus(pause)));

    assertThat(patient.read(SHARD, new From.Next("here"), 10).next())
        .contains(new From.Next("further"));
    // A caller in a function does not wait for much longer than it has to.
    assertThat(waited[0]).isLessThan(Duration.ofSeconds(11));
  }

  @Test
  void anIteratorThatExpiredIsNotTriedAgain() {
    kinesis.fail(ExpiredIteratorException.builder().statusCode(400).message("expired").build());

    assertThatThrownBy(() -> reader.read(SHARD, new From.Next("here"), 10))
        .isInstanceOf(dev.cairn.stream.ExpiredIteratorException.class)
        .hasMessageContaining("read again from a sequence number");
    assertThat(pauses).isEmpty();
  }

  @Test
  void aConnectionThatBreaksMayWorkLater() {
    kinesis.fail(SdkClientException.create("connection reset"));

    assertThatThrownBy(reader::shards)
        .isInstanceOf(StreamException.class)
        .hasMessageContaining("connection reset");
  }

  @Test
  void aStreamThatIsGoneIsNotTriedAgain() {
    kinesis.fail(
        ResourceNotFoundException.builder().statusCode(400).message("no stream flights").build());

    assertThatThrownBy(reader::shards)
        .isInstanceOf(NotInStreamException.class)
        .hasMessageContaining("no stream flights");
    assertThat(pauses).isEmpty();
  }

  @Test
  void aRecordOfAnotherStreamIsRefusedInTheWordsOfKinesis() {
    kinesis.fail(
        InvalidArgumentException.builder()
            .statusCode(400)
            .message(
                "StartingSequenceNumber 17 is invalid because it did not come from this stream.")
            .build());

    assertThatThrownBy(() -> reader.read(SHARD, new From.At(new SequenceNumber("17")), 10))
        .isInstanceOf(NotInStreamException.class)
        .hasMessageContaining("did not come from this stream");
    assertThat(pauses).isEmpty();
  }

  @Test
  void aPageSaysHowFarBehindTheTipItIsAndAnEmptyOneIsNotReadInHaste() {
    kinesis.answer(
        GetRecordsResponse.builder().nextShardIterator("a").millisBehindLatest(3_600_000L).build());
    kinesis.answer(
        GetRecordsResponse.builder().nextShardIterator("b").millisBehindLatest(0L).build());

    Page behind = reader.read(SHARD, new From.Next("here"), 10);
    assertThat(behind.behind()).isEqualTo(Duration.ofHours(1));
    assertThat(behind.isAtTip()).isFalse();
    assertThat(pauses).containsExactly(Duration.ofMillis(200));
    assertThat(reader.read(SHARD, behind.next().orElseThrow(), 10).isAtTip()).isTrue();
    assertThat(pauses).hasSize(1);
  }

  private static RuntimeException throttled() {
    return ProvisionedThroughputExceededException.builder()
        .statusCode(400)
        .message("slow down")
        .build();
  }

  /** Answers one call after the other as it was told, and keeps the requests. */
  private static final class ScriptedKinesis implements KinesisClient {
    private final List<KinesisRequest> requests = new ArrayList<>();
    private final Deque<Object> answers = new ArrayDeque<>();

    void answer(Object response) {
      answers.add(response);
    }

    void fail(RuntimeException failure) {
      answers.add(failure);
    }

    private <T> T next(KinesisRequest request, Class<T> type) {
      requests.add(request);
      Object answer = answers.remove();
      if (answer instanceof RuntimeException failure) {
        throw failure;
      }
      return type.cast(answer);
    }

    @Override
    public ListShardsResponse listShards(ListShardsRequest request) {
      return next(request, ListShardsResponse.class);
    }

    @Override
    public DescribeStreamSummaryResponse describeStreamSummary(
        DescribeStreamSummaryRequest request) {
      return next(request, DescribeStreamSummaryResponse.class);
    }

    @Override
    public GetShardIteratorResponse getShardIterator(GetShardIteratorRequest request) {
      return next(request, GetShardIteratorResponse.class);
    }

    @Override
    public GetRecordsResponse getRecords(GetRecordsRequest request) {
      return next(request, GetRecordsResponse.class);
    }

    @Override
    public String serviceName() {
      return SERVICE_NAME;
    }

    @Override
    public void close() {}
  }
}
