package dev.cairn.inmemory.lambda;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cairn.id.SequenceNumber;
import dev.cairn.id.ShardId;
import dev.cairn.stream.StreamRecord;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

final class KinesisEventTest {
  private static final ShardId SHARD = new ShardId("shardId-000000000006");

  @Test
  void isWhatLambdaSends() {
    StreamRecord record = record("N \"1\"", "Hello, world".getBytes(StandardCharsets.UTF_8));
    assertThat(
            new String(
                KinesisEvent.of("departures", SHARD, List.of(record)), StandardCharsets.UTF_8))
        .isEqualTo(
            """
            {"Records":[{"kinesis":{"kinesisSchemaVersion":"1.0","partitionKey":"N \\"1\\"",\
            "sequenceNumber":"49590338271490256608559692538361571095921575989136588898",\
            "data":"SGVsbG8sIHdvcmxk","approximateArrivalTimestamp":1545084650.980},\
            "eventSource":"aws:kinesis","eventVersion":"1.0",\
            "eventID":"shardId-000000000006:49590338271490256608559692538361571095921575989136588898",\
            "eventName":"aws:kinesis:record","invokeIdentityArn":"arn:aws:iam::000000000000:role/cairn-local",\
            "awsRegion":"us-east-1",\
            "eventSourceARN":"arn:aws:kinesis:us-east-1:000000000000:stream/departures"}]}""");
  }

  @Test
  void staysBelowWhatAnInvocationTakes() {
    for (int bytes : new int[] {0, 150, 5_000, 900_000}) {
      for (String key : List.of("N", "\u0001".repeat(256), "é".repeat(256))) {
        List<StreamRecord> records = Collections.nCopies(10_000, record(key, new byte[bytes]));
        int fitting = KinesisEvent.fitting(records, "departures");
        byte[] event = KinesisEvent.of("departures", SHARD, records.subList(0, fitting));
        assertThat(event).hasSizeLessThanOrEqualTo(KinesisEvent.LARGEST_BYTES);
        assertThat(fitting).isPositive();
      }
    }
  }

  @Test
  void aSmallBatchFitsWhole() {
    assertThat(
            KinesisEvent.fitting(
                Collections.nCopies(5_000, record("N14228", new byte[150])), "departures"))
        .isEqualTo(5_000);
  }

  private static StreamRecord record(String key, byte[] data) {
    return new StreamRecord(
        key,
        new SequenceNumber("49590338271490256608559692538361571095921575989136588898"),
        data,
        Instant.ofEpochMilli(1545084650980L));
  }
}
