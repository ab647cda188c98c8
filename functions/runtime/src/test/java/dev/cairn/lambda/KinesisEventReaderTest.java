package dev.cairn.lambda;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cairn.id.SequenceNumber;
import dev.cairn.id.ShardId;
import dev.cairn.job.WakeMessage;
import dev.cairn.job.WakeMessage.Purpose;
import dev.cairn.stream.StreamRecord;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.NoSuchElementException;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class KinesisEventReaderTest {
  private static final String ARN = "arn:aws:kinesis:us-east-1:123456789012:stream/departures";
  private static final String SEQUENCE = "49590338271490256608559692538361571095921575989136588898";

  private static final String RECORD =
      String.format(
          Locale.ROOT,
          """
          {"kinesis":{"kinesisSchemaVersion":"1.0","partitionKey":"N14228",
           "sequenceNumber":"%s","data":"SGVsbG8=",
           "approximateArrivalTimestamp":1545084650.987},
           "eventSource":"aws:kinesis","eventVersion":"1.0",
           "eventID":"shardId-000000000006:%s","eventName":"aws:kinesis:record",
           "invokeIdentityArn":"arn:aws:iam::123456789012:role/lambda-role","awsRegion":"us-east-1",
           "eventSourceARN":"%s"}\
          """,
          SEQUENCE,
          SEQUENCE,
          ARN);

  private static KinesisBatch batch(String json) throws IOException {
    return (KinesisBatch) read(json);
  }

  private static InvocationEvent read(String json) throws IOException {
    return KinesisEventReader.read(new ByteArrayInputStream(json.getBytes(UTF_8)));
  }

  private static List<StreamRecord> all(String json) throws IOException {
    List<StreamRecord> records = new ArrayList<>();
    batch(json).forEachRemaining(records::add);
    return records;
  }

  private static String event(String... records) {
    return "{\"Records\":[" + String.join(",", records) + "]}";
  }

  @Test
  void aTumblingWindowIsRefusedByName() {
    String window =
        """
        "window":{"start":"2020-12-09T07:04:00Z","end":"2020-12-09T07:06:00Z"},"state":{"1":282},
        "shardId":"shardId-000000000006","eventSourceARN":"arn","isFinalInvokeForWindow":%s,
        "isWindowTerminatedEarly":false\
        """;
    String open = String.format(Locale.ROOT, window, "false");
    for (String event :
        List.of(
            "{\"Records\":[" + RECORD + "]," + open + "}",
            "{\"Records\":[" + RECORD + "," + RECORD + "]," + open + "}",
            "{\"Records\":[]," + String.format(Locale.ROOT, window, "true") + "}",
            "{" + open + ",\"Records\":[" + RECORD + "]}")) {
      assertThatThrownBy(() -> all(event))
          .isInstanceOf(MalformedEventException.class)
          .hasMessageContaining("tumbling window")
          .hasMessageContaining("TumblingWindowInSeconds");
    }
  }

  @Test
  void theStreamOfAConsumerWithEnhancedFanOutIsTheStream() throws IOException {
    KinesisBatch batch = batch(event(RECORD.replace(ARN, ARN + "/consumer/fast:1700000000")));
    assertThat(batch.streamArn()).isEqualTo(ARN);
    assertThat(batch.streamName()).isEqualTo("departures");
  }

  @Test
  void aRecordOfMoreThanOneMebibyteIsRead() throws IOException {
    byte[] large = new byte[4_400_000];
    String data = java.util.Base64.getEncoder().encodeToString(large);
    assertThat(all(event(RECORD.replace("SGVsbG8=", data))).getFirst().data()).isEqualTo(large);
  }

  @Test
  void readsWhatAMappingSends() throws IOException {
    KinesisBatch batch = batch(event(RECORD, RECORD.replace("SGVsbG8=", "").replace("N14228", "")));
    assertThat(batch.shard()).isEqualTo(new ShardId("shardId-000000000006"));
    assertThat(batch.streamArn()).isEqualTo(ARN);
    StreamRecord first = batch.next();
    assertThat(first.partitionKey()).isEqualTo("N14228");
    assertThat(first.sequenceNumber()).isEqualTo(new SequenceNumber(SEQUENCE));
    assertThat(first.data()).asString(UTF_8).isEqualTo("Hello");
    assertThat(first.arrival()).isEqualTo(Instant.parse("2018-12-17T22:10:50.987Z"));
    StreamRecord second = batch.next();
    assertThat(second.data()).isEmpty();
    assertThat(second.partitionKey()).isEmpty();
    assertThat(batch.hasNext()).isFalse();
    assertThatThrownBy(batch::next).isInstanceOf(NoSuchElementException.class);
  }

  @Test
  void fieldsComeInAnyOrderAndUnknownOnesAreSkipped() throws IOException {
    String shuffled =
        String.format(
            Locale.ROOT,
            """
            {"before":[{"Records":[]}],"Records":[{"eventSourceARN":"%s","more":{"kinesis":1},
              "eventID":"shardId-000000000006:%s",
              "kinesis":{"approximateArrivalTimestamp":1545084650,"data":"SGVsbG8=","x":[[]],
                "sequenceNumber":"%s","partitionKey":"N14228","encryptionType":"NONE"}}],
             "after":{"deep":[1,{"x":null}]}}
            """,
            ARN,
            SEQUENCE,
            SEQUENCE);
    assertThat(all(shuffled))
        .singleElement()
        .satisfies(
            record -> {
              assertThat(record.data()).asString(UTF_8).isEqualTo("Hello");
              assertThat(record.arrival()).isEqualTo(Instant.ofEpochSecond(1545084650));
            });
  }

  @ParameterizedTest
  @CsvSource({
    "1545084650.987, 1545084650987",
    "1.545084650987E9, 1545084650987",
    "0, 0",
    "1700000000.001, 1700000000001",
    "4102444799.999, 4102444799999",
  })
  void arrivalIsExactToTheMillisecond(String seconds, long millis) throws IOException {
    assertThat(all(event(RECORD.replace("1545084650.987", seconds))).getFirst().arrival())
        .isEqualTo(Instant.ofEpochMilli(millis));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "partitionKey",
        "sequenceNumber",
        "data",
        "approximateArrivalTimestamp",
        "eventID",
        "eventSourceARN",
        "kinesis"
      })
  void aRecordWithoutANeededFieldIsRefusedByName(String field) {
    String without = RECORD.replace("\"" + field + "\"", "\"other\"");
    String named = field.equals("kinesis") ? "kinesis.partitionKey" : field;
    if (!field.equals("eventSourceARN")) {
      assertThatThrownBy(() -> all(event(RECORD, without)))
          .isInstanceOf(MalformedEventException.class)
          .hasMessageContaining("record 1 of the event")
          .hasMessageContaining(named);
    }
    assertThatThrownBy(() -> read(event(without)))
        .isInstanceOf(MalformedEventException.class)
        .hasMessageContaining("record 0 of the event")
        .hasMessageContaining(named);
  }

  @Test
  void aSecondShardOrStreamIsRefused() {
    for (String shard : List.of("shardId-000000000007", "shardId-0000000000066", "")) {
      String other = RECORD.replace("shardId-000000000006", shard);
      assertThatThrownBy(() -> all(event(RECORD, other)))
          .isInstanceOf(MalformedEventException.class)
          .hasMessageContaining("one shard only");
    }
    assertThatThrownBy(() -> all(event(RECORD, RECORD.replace("stream/departures", "stream/x"))))
        .isInstanceOf(MalformedEventException.class)
        .hasMessageContaining("another stream");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "[]",
        "null",
        "{}",
        "{\"Records\":[]}",
        "{\"Records\":{}}",
        "{\"Records\":[1]}",
        "{\"Records\":[{\"kinesis\":7}]}",
        "{\"Records\":[{\"eventID\":7}]}",
        "{\"cairn\":\"wake\"}",
        "{\"cairn\":\"sleep\",\"shard\":\"shardId-000000000003\"}",
        "{\"cairn\":\"wake\",\"shard\":\"../secret\"}",
        "{\"cairn\":1,\"shard\":\"shardId-000000000003\"}",
        "{\"cairn\":\"wake\",\"shard\":\"shardId-000000000003\"",
        "{\"cairn\":\"wake\",\"shard\":\"shardId-000000000003\"}}",
      })
  void whatIsNeitherABatchNorAWakeIsRefused(String json) {
    assertThatThrownBy(() -> read(json)).isInstanceOf(MalformedEventException.class);
  }

  @ParameterizedTest
  @CsvSource({
    "SGVsbG8=, !!!!",
    "1545084650.987, '\"x\"'",
    "1545084650.987, -1",
    "1545084650.987, 1e300",
    "eventID\":\"shardId-000000000006:, eventID\":\"../x:",
    "eventID\":\"shardId-000000000006:, eventID\":\"",
    "sequenceNumber\":\"4, sequenceNumber\":\"-4",
  })
  void aRecordWithANonsensicalFieldIsRefused(String from, String to) {
    assertThat(RECORD).contains(from);
    assertThatThrownBy(() -> all(event(RECORD.replace(from, to))))
        .isInstanceOf(MalformedEventException.class);
  }

  @Test
  void anEventThatEndsAnywhereTooEarlyIsRefused() {
    String whole = event(RECORD, RECORD);
    for (int length = 0; length < whole.length(); length++) {
      String cut = whole.substring(0, length);
      assertThatThrownBy(() -> all(cut)).isInstanceOf(MalformedEventException.class);
    }
  }

  @Test
  void whatFollowsTheRecordsIsReadToTheEnd() {
    for (String tail : List.of("]}}", "]} {}", "],\"Records\":[]}", "],1}")) {
      assertThatThrownBy(() -> all("{\"Records\":[" + RECORD + tail))
          .isInstanceOf(MalformedEventException.class);
    }
  }

  @Test
  void aStreamThatFailsIsNoMalformedEvent() throws IOException {
    byte[] start = event(RECORD, "").replace("]}", "").getBytes(UTF_8);
    InputStream failing =
        new InputStream() {
          private int at;

          @Override
          public int read() throws IOException {
            if (at == start.length) {
              throw new IOException("connection reset");
            }
            return start[at++];
          }

          @Override
          public int read(byte[] into, int offset, int length) throws IOException {
            into[offset] = (byte) read();
            return 1;
          }
        };
    KinesisBatch batch = (KinesisBatch) KinesisEventReader.read(failing);
    assertThatThrownBy(batch::next)
        .isInstanceOf(UncheckedIOException.class)
        .hasRootCauseMessage("connection reset");
  }

  private static InvocationEvent.Wake wake(ShardId shard, Purpose purpose) {
    return new InvocationEvent.Wake(new WakeMessage(shard, purpose));
  }

  @Test
  void readsEveryPurposeOfAWake() throws IOException {
    ShardId shard = new ShardId("shardId-000000000003");
    for (Purpose purpose : Purpose.values()) {
      assertThat(read(new WakeMessage(shard, purpose).toJson())).isEqualTo(wake(shard, purpose));
    }
    // A later release may have more of them.
    assertThat(read(new WakeMessage(shard, Purpose.DRAIN).toJson().replace("drain", "dream")))
        .isEqualTo(wake(shard, Purpose.PENDING_WORK));
  }

  @Test
  void recognizesAWake() throws IOException {
    ShardId shard = new ShardId("shardId-000000000003");
    assertThat(read("{\"cairn\":\"wake\",\"shard\":\"shardId-000000000003\"}"))
        .isEqualTo(wake(shard, Purpose.PENDING_WORK));
    assertThat(read("{\"shard\":\"shardId-000000000003\",\"x\":[1],\"cairn\":\"wake\"}"))
        .isEqualTo(wake(shard, Purpose.PENDING_WORK));
  }

  @Test
  void parsesEachRecordWhenItIsAskedFor() throws IOException {
    StringBuilder json = new StringBuilder("{\"Records\":[");
    for (int i = 0; i < 10_000; i++) {
      String data = Base64.getEncoder().encodeToString(("record " + i).getBytes(UTF_8));
      json.append(i == 0 ? "" : ",").append(RECORD.replace("SGVsbG8=", data));
    }
    byte[] event = json.append("]}").toString().getBytes(UTF_8);
    ByteArrayInputStream in = new ByteArrayInputStream(event);
    KinesisBatch batch = (KinesisBatch) KinesisEventReader.read(in);
    assertThat(in.available()).isGreaterThan(event.length - 50_000);
    int read = 0;
    while (batch.hasNext()) {
      assertThat(new String(batch.next().data(), UTF_8)).isEqualTo("record " + read++);
    }
    assertThat(read).isEqualTo(10_000);
  }

  @Test
  void writesWhatTheMappingReads() throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    new BatchResponse(Optional.of(new SequenceNumber("42"))).writeTo(out);
    assertThat(out.toString(UTF_8))
        .isEqualTo("{\"batchItemFailures\":[{\"itemIdentifier\":\"42\"}]}");
    out.reset();
    new BatchResponse(Optional.empty()).writeTo(out);
    assertThat(out.toString(UTF_8)).isEqualTo("{\"batchItemFailures\":[]}");
  }
}
