package dev.cairn.cli.feed;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cairn.cli.input.InputException;
import dev.cairn.cli.input.InputFile;
import dev.cairn.cli.input.RowKeys;
import java.math.BigInteger;
import java.net.ConnectException;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Random;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.services.kinesis.KinesisClient;
import software.amazon.awssdk.services.kinesis.model.GetRecordsRequest;
import software.amazon.awssdk.services.kinesis.model.GetRecordsResponse;
import software.amazon.awssdk.services.kinesis.model.GetShardIteratorRequest;
import software.amazon.awssdk.services.kinesis.model.GetShardIteratorResponse;
import software.amazon.awssdk.services.kinesis.model.HashKeyRange;
import software.amazon.awssdk.services.kinesis.model.KinesisException;
import software.amazon.awssdk.services.kinesis.model.ListShardsRequest;
import software.amazon.awssdk.services.kinesis.model.ListShardsResponse;
import software.amazon.awssdk.services.kinesis.model.ProvisionedThroughputExceededException;
import software.amazon.awssdk.services.kinesis.model.PutRecordsRequest;
import software.amazon.awssdk.services.kinesis.model.PutRecordsRequestEntry;
import software.amazon.awssdk.services.kinesis.model.PutRecordsResponse;
import software.amazon.awssdk.services.kinesis.model.PutRecordsResultEntry;
import software.amazon.awssdk.services.kinesis.model.Record;
import software.amazon.awssdk.services.kinesis.model.ResourceNotFoundException;
import software.amazon.awssdk.services.kinesis.model.Shard;

class StreamFeedTest {
  private static final FeedSettings ALL =
      new FeedSettings(0, Long.MAX_VALUE, OptionalDouble.empty());

  private final Kinesis kinesis = new Kinesis();
  private Instant now = Instant.parse("2026-11-21T10:00:00Z");

  /** Takes what it is told to take, and looks at every request. */
  private static final class Kinesis implements KinesisClient {
    private final List<String> stream = new ArrayList<>();
    private final List<Integer> requests = new ArrayList<>();
    private Taking taking = (request, record) -> true;

    private final List<String> partitionKeys = new ArrayList<>();
    private Failing failing = request -> {};
    private boolean readable = true;
    private int reads;

    private interface Failing {
      /** After the request was carried out. */
      void after(int request);
    }

    private interface Taking {
      boolean takes(int request, String record);
    }

    @Override
    public PutRecordsResponse putRecords(PutRecordsRequest put) {
      int request = requests.size();
      requests.add(put.records().size());
      assertThat(put.records()).hasSizeBetween(1, 500);
      Set<String> keys = new HashSet<>();
      long bytes = 0;
      List<PutRecordsResultEntry> answers = new ArrayList<>();
      for (PutRecordsRequestEntry record : put.records()) {
        assertThat(keys.add(record.partitionKey())).as("each key once").isTrue();
        bytes += record.data().asByteArrayUnsafe().length + record.partitionKey().length();
        String text = record.data().asUtf8String();
        boolean taken = taking.takes(request, text);
        if (taken) {
          stream.add(text);
          partitionKeys.add(record.partitionKey());
        }
        answers.add(taken ? taken(stream.size()) : THROTTLED);
      }
      assertThat(bytes).isLessThanOrEqualTo(5 << 20);
      failing.after(request);
      return PutRecordsResponse.builder().records(answers).build();
    }

    private static PutRecordsResultEntry taken(int number) {
      return PutRecordsResultEntry.builder()
          .sequenceNumber(Integer.toString(number))
          .shardId("shardId-0")
          .build();
    }

    @Override
    public ListShardsResponse listShards(ListShardsRequest list) {
      return ListShardsResponse.builder()
          .shards(
              Shard.builder()
                  .shardId("shardId-0")
                  .hashKeyRange(
                      HashKeyRange.builder()
                          .startingHashKey("0")
                          .endingHashKey(
                              BigInteger.TWO.pow(128).subtract(BigInteger.ONE).toString())
                          .build())
                  .build())
          .build();
    }

    /** An iterator is the number of records before it. */
    @Override
    public GetShardIteratorResponse getShardIterator(GetShardIteratorRequest get) {
      int at =
          switch (get.shardIteratorType()) {
            case LATEST -> stream.size();
            case AFTER_SEQUENCE_NUMBER -> Integer.parseInt(get.startingSequenceNumber());
            default -> throw new AssertionError(get);
          };
      return GetShardIteratorResponse.builder().shardIterator(Integer.toString(at)).build();
    }

    /** Two records a page, some of them empty, as Kinesis may. */
    @Override
    public GetRecordsResponse getRecords(GetRecordsRequest get) {
      if (!readable) {
        throw KinesisException.builder().statusCode(400).message("not authorized").build();
      }
      reads++;
      int from = Integer.parseInt(get.shardIterator());
      int to = reads % 3 == 0 ? from : Math.min(from + 2, stream.size());
      List<Record> page = new ArrayList<>();
      for (int i = from; i < to; i++) {
        page.add(
            Record.builder()
                .partitionKey(partitionKeys.get(i))
                .sequenceNumber(Integer.toString(i + 1))
                .data(SdkBytes.fromUtf8String(stream.get(i)))
                .build());
      }
      return GetRecordsResponse.builder()
          .records(page)
          .nextShardIterator(Integer.toString(to))
          .millisBehindLatest(to == stream.size() ? 0L : 1_000L)
          .build();
    }

    private static final PutRecordsResultEntry THROTTLED =
        PutRecordsResultEntry.builder()
            .errorCode("ProvisionedThroughputExceededException")
            .errorMessage("Rate exceeded for shard")
            .build();

    @Override
    public String serviceName() {
      return "kinesis";
    }

    @Override
    public void close() {}
  }

  private static List<String> records(int count, int keys) {
    return IntStream.range(0, count)
        .mapToObj(i -> "{\"k\":\"" + i % keys + "\",\"n\":" + i + "}")
        .toList();
  }

  private FeedResult feed(List<String> input, FeedSettings settings, BooleanSupplier stopped) {
    var lines = input.iterator();
    InputFile.Records records =
        new InputFile.Records() {
          @Override
          public Optional<byte[]> next() {
            if (!lines.hasNext()) {
              return Optional.empty();
            }
            String line = lines.next();
            if (line.equals("broken")) {
              throw new InputException("line 8 is broken");
            }
            return Optional.of(line.getBytes(StandardCharsets.UTF_8));
          }

          @Override
          public long bytesRead() {
            return 0;
          }

          @Override
          public void close() {}
        };
    StreamFeed feed = new StreamFeed(kinesis, "s", () -> now, pause -> now = now.plus(pause));
    return feed.feed(records, RowKeys.ofField("k"), settings, (sent, bytes) -> {}, stopped);
  }

  private FeedResult feed(List<String> input) {
    return feed(input, ALL, () -> false);
  }

  private static Map<String, List<String>> byKey(List<String> records) {
    Map<String, List<String>> byKey = new HashMap<>();
    for (String record : records) {
      String key = record.substring(0, record.indexOf(','));
      byKey.computeIfAbsent(key, k -> new ArrayList<>()).add(record);
    }
    return byKey;
  }

  @Test
  void everythingIsSentInFullRequests() {
    List<String> input = records(2_000, 1_000);
    FeedResult fed = feed(input);
    assertThat(fed).isEqualTo(new FeedResult(2_000, 2_000, 0, new FeedResult.End.AllSent()));
    assertThat(kinesis.stream).containsExactlyInAnyOrderElementsOf(input);
    assertThat(kinesis.requests).containsExactly(500, 500, 500, 500);
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void whatIsRefusedIsSentAgainAndNothingOfItsKeyOvertakesIt(long seed) {
    Random chance = new Random(seed);
    kinesis.taking = (request, record) -> chance.nextInt(10) < 6;
    List<String> input = records(3_000, 70);
    FeedResult fed = feed(input);
    assertThat(fed.end()).isEqualTo(new FeedResult.End.AllSent());
    assertThat(byKey(kinesis.stream)).isEqualTo(byKey(input));
  }

  @Test
  void oneKeyGoesRecordByRecord() {
    List<String> input = records(20, 1);
    assertThat(feed(input).sent()).isEqualTo(20);
    assertThat(kinesis.stream).isEqualTo(input);
    assertThat(kinesis.requests).hasSize(20).containsOnly(1);
  }

  @Test
  void aRequestStaysBelowWhatKinesisTakes() {
    String large = "x".repeat(900_000);
    List<String> input =
        IntStream.range(0, 20)
            .mapToObj(i -> "{\"k\":\"" + i + "\",\"v\":\"" + large + "\"}")
            .toList();
    assertThat(feed(input).sent()).isEqualTo(20);
    assertThat(kinesis.requests).containsExactly(5, 5, 5, 5);
  }

  @Test
  void aRecordThatIsTooLargeEndsItWhenThoseBeforeAreSent() {
    List<String> input = new ArrayList<>(records(7, 7));
    input.add("{\"k\":\"a\",\"v\":\"" + "x".repeat(1 << 20) + "\"}");
    input.addAll(records(2, 2));
    FeedResult fed = feed(input);
    assertThat(fed.sent()).isEqualTo(7);
    assertThat(fed.complete()).isEqualTo(7);
    assertThat(((FeedResult.End.Unreadable) fed.end()).why())
        .hasMessageContaining(
            "record 8 has 1,048,593 bytes with its key, and Kinesis takes 1,048,576");
  }

  @Test
  void anInputThatBreaksEndsItWhenWhatCameBeforeIsSent() {
    List<String> input = new ArrayList<>(records(7, 7));
    input.add("broken");
    FeedResult fed = feed(input);
    assertThat(fed.complete()).isEqualTo(7);
    assertThat(fed.end()).isInstanceOf(FeedResult.End.Unreadable.class);
  }

  @Test
  void skipAndLimitCountRecords() {
    List<String> input = records(100, 100);
    FeedResult fed = feed(input, new FeedSettings(10, 5, OptionalDouble.empty()), () -> false);
    assertThat(kinesis.stream).isEqualTo(input.subList(10, 15));
    assertThat(fed).isEqualTo(new FeedResult(5, 15, 0, new FeedResult.End.AllSent()));
  }

  @Test
  void theRateIsKept() {
    Instant began = now;
    feed(records(1_000, 1_000), new FeedSettings(0, 1_000, OptionalDouble.of(100)), () -> false);
    assertThat(Duration.between(began, now))
        .isBetween(Duration.ofMillis(9_900), Duration.ofMillis(10_200));
  }

  /** Record 0 is refused while later ones of other keys are taken: a stop has to mend that. */
  @Test
  void whoStopsItCanGoOnFromOnePlace() {
    kinesis.taking = (request, record) -> request > 3 || !record.contains("\"k\":\"0\"");
    List<String> input = records(5_000, 1_000);
    FeedResult fed = feed(input, ALL, () -> kinesis.requests.size() >= 3);
    assertThat(fed.end()).isEqualTo(new FeedResult.End.Stopped());
    assertThat(fed.beyond()).isZero();
    assertThat(fed.sent()).isEqualTo(fed.complete()).isLessThan(5_000);
    assertThat(kinesis.stream)
        .containsExactlyInAnyOrderElementsOf(input.subList(0, (int) fed.complete()));
  }

  @Test
  void aStreamThatTakesNothingIsGivenUpAndTheLastReasonIsSaid() {
    kinesis.taking = (request, record) -> request < 2 && !record.contains("\"k\":\"3\"");
    Instant began = now;
    FeedResult fed = feed(records(1_000, 1_000));
    assertThat(fed.end())
        .isEqualTo(
            new FeedResult.End.Refused(
                "ProvisionedThroughputExceededException: Rate exceeded for shard"));
    assertThat(fed.complete()).isEqualTo(3);
    assertThat(fed.sent()).isEqualTo(fed.complete() + fed.beyond());
    assertThat(Duration.between(began, now))
        .isBetween(Duration.ofSeconds(20), Duration.ofSeconds(60));
  }

  @Test
  void aWholeRequestThatIsThrottledIsSentAgain() {
    kinesis.taking =
        (request, record) -> {
          if (request == 0) {
            throw ProvisionedThroughputExceededException.builder().message("slow down").build();
          }
          return true;
        };
    assertThat(feed(records(10, 10)))
        .isEqualTo(new FeedResult(10, 10, 0, new FeedResult.End.AllSent()));
  }

  private static SdkClientException timeOut() {
    return SdkClientException.create(
        "Unable to execute HTTP request: Read timed out",
        new SocketTimeoutException("Read timed out"));
  }

  /** What a stream does that is slow: it takes the records, and its answer comes too late. */
  @Test
  void recordsOfATimedOutRequestAreFoundInTheStreamAndNotSentAgain() {
    kinesis.failing =
        request -> {
          if (request == 0 || request == 2) {
            throw timeOut();
          }
        };
    List<String> input = records(1_200, 500);
    FeedResult fed = feed(input);
    assertThat(fed).isEqualTo(new FeedResult(1_200, 1_200, 0, new FeedResult.End.AllSent()));
    assertThat(byKey(kinesis.stream)).isEqualTo(byKey(input));
  }

  /** Records of an earlier feed with the same bytes are not taken for the request's. */
  @Test
  void whatWasInTheStreamBeforeIsNotTakenForTheRequests() {
    List<String> input = records(10, 10);
    assertThat(feed(input).sent()).isEqualTo(10);
    kinesis.taking =
        (request, record) -> {
          throw timeOut();
        };
    FeedResult fed = feed(input);
    assertThat(fed.sent()).isZero();
    assertThat(fed.end())
        .isInstanceOfSatisfying(
            FeedResult.End.OutcomeUnknown.class,
            end -> {
              assertThat(end.maybe()).isEqualTo(10);
              assertThat(end.wasRead()).isTrue();
            });
  }

  @Test
  void aTimedOutRequestOfWhichOnlySomeRecordsAreFoundEndsTheFeed() {
    kinesis.taking = (request, record) -> request == 0 || record.contains("\"k\":\"0\"");
    kinesis.failing =
        request -> {
          if (request == 1) {
            throw timeOut();
          }
        };
    List<String> input = records(800, 500);
    Instant began = now;
    FeedResult fed = feed(input);
    assertThat(fed.end())
        .isInstanceOfSatisfying(
            FeedResult.End.OutcomeUnknown.class, end -> assertThat(end.maybe()).isEqualTo(299));
    assertThat(fed.sent()).isEqualTo(501);
    assertThat(fed.complete()).isEqualTo(501);
    assertThat(kinesis.requests).hasSize(2);
    assertThat(Duration.between(began, now))
        .isBetween(Duration.ofSeconds(10), Duration.ofSeconds(11));
  }

  @Test
  void whereTheStreamCannotBeReadAllOfATimedOutRequestMayBeIn() {
    kinesis.readable = false;
    kinesis.failing =
        request -> {
          throw timeOut();
        };
    FeedResult fed = feed(records(223, 223));
    assertThat(fed.end())
        .isInstanceOfSatisfying(
            FeedResult.End.OutcomeUnknown.class,
            end -> {
              assertThat(end.maybe()).isEqualTo(223);
              assertThat(end.wasRead()).isFalse();
            });
    assertThat(kinesis.stream).hasSize(223);
  }

  /** An error of the service is an answer: what is not in the stream by then is sent again. */
  @Test
  void afterAnErrorOfTheServiceOnlyWhatIsMissingIsSentAgain() {
    kinesis.taking = (request, record) -> request > 0 || record.hashCode() % 2 == 0;
    kinesis.failing =
        request -> {
          if (request == 0) {
            throw KinesisException.builder().statusCode(500).message("internal").build();
          }
        };
    List<String> input = records(300, 300);
    assertThat(feed(input).end()).isEqualTo(new FeedResult.End.AllSent());
    assertThat(kinesis.stream).containsExactlyInAnyOrderElementsOf(input);
  }

  @Test
  void aConnectionThatIsRefusedIsTriedAgainAndSendsNothingTwice() {
    kinesis.taking =
        (request, record) -> {
          if (request < 2) {
            throw SdkClientException.create("no", new ConnectException("Connection refused"));
          }
          return true;
        };
    List<String> input = records(10, 10);
    assertThat(feed(input).end()).isEqualTo(new FeedResult.End.AllSent());
    assertThat(kinesis.stream).hasSize(10);
  }

  @Test
  void aStreamThatIsGoneEndsItAtOnce() {
    kinesis.taking =
        (request, record) -> {
          if (request == 1) {
            throw ResourceNotFoundException.builder().statusCode(400).message("gone").build();
          }
          return true;
        };
    FeedResult fed = feed(records(700, 700));
    assertThat(fed.complete()).isEqualTo(500);
    assertThat(((FeedResult.End.Failed) fed.end()).why()).isInstanceOf(KinesisException.class);
  }
}
