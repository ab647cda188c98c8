package dev.cairn.inmemory.lambda;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import dev.cairn.id.ShardId;
import dev.cairn.stream.StreamRecord;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.util.List;

/** The JSON in which Lambda hands records of one shard to a function. */
public final class KinesisEvent {
  static final String REGION = "us-east-1";
  static final String ACCOUNT = "000000000000";

  /** Lambda's limit for the payload of a synchronous invocation. */
  static final int LARGEST_BYTES = 6 << 20;

  // More than the names, the constants and both sequence numbers take.
  private static final int RECORD_BYTES = 700;
  private static final JsonFactory JSON = new JsonFactory();

  private KinesisEvent() {}

  /** How many of the records fit into one invocation, at least one. */
  static int fitting(List<StreamRecord> records, String stream) {
    long bytes = 0;
    int count = 0;
    for (StreamRecord record : records) {
      bytes +=
          RECORD_BYTES
              + stream.length()
              + largestEscaped(record.partitionKey())
              + base64(record.data().length);
      if (bytes > LARGEST_BYTES && count > 0) {
        break;
      }
      count++;
    }
    return count;
  }

  private static long largestEscaped(String key) {
    return 6L * key.length();
  }

  private static long base64(int bytes) {
    return 4L * ((bytes + 2) / 3);
  }

  /** A batch of one shard, as the mapping sends it. */
  public static byte[] of(String stream, ShardId shard, List<StreamRecord> records) {
    ByteArrayOutputStream out = new ByteArrayOutputStream(64 + 800 * records.size());
    try (JsonGenerator json = JSON.createGenerator(out)) {
      json.writeStartObject();
      json.writeArrayFieldStart("Records");
      for (StreamRecord record : records) {
        write(json, stream, shard, record);
      }
      json.writeEndArray();
      json.writeEndObject();
    } catch (IOException e) {
      throw new UncheckedIOException("a Kinesis event cannot be written", e);
    }
    return out.toByteArray();
  }

  private static void write(JsonGenerator json, String stream, ShardId shard, StreamRecord record)
      throws IOException {
    json.writeStartObject();
    json.writeObjectFieldStart("kinesis");
    json.writeStringField("kinesisSchemaVersion", "1.0");
    json.writeStringField("partitionKey", record.partitionKey());
    json.writeStringField("sequenceNumber", record.sequenceNumber().digits());
    json.writeBinaryField("data", record.data());
    json.writeNumberField(
        "approximateArrivalTimestamp", BigDecimal.valueOf(record.arrival().toEpochMilli(), 3));
    json.writeEndObject();
    json.writeStringField("eventSource", "aws:kinesis");
    json.writeStringField("eventVersion", "1.0");
    json.writeStringField("eventID", shard + ":" + record.sequenceNumber());
    json.writeStringField("eventName", "aws:kinesis:record");
    json.writeStringField("invokeIdentityArn", "arn:aws:iam::" + ACCOUNT + ":role/cairn-local");
    json.writeStringField("awsRegion", REGION);
    json.writeStringField(
        "eventSourceARN", "arn:aws:kinesis:" + REGION + ":" + ACCOUNT + ":stream/" + stream);
    json.writeEndObject();
  }
}
