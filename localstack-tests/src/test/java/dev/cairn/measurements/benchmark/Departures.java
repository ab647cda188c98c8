package dev.cairn.measurements.benchmark;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import dev.cairn.cli.input.InputFile;
import dev.cairn.flights.AircraftFunction;
import dev.cairn.flights.Departure;
import dev.cairn.function.Deserializer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Real departures, batch after batch, in each form that a benchmark begins with. */
final class Departures {
  static final int BATCH = 1_000;

  private static final int COUNT = 100_000;
  private static final Path FILE =
      Path.of(System.getProperty("cairn.flights", "../functions/flights/data/flights-2013.csv.gz"));
  private static final BigInteger FIRST_NUMBER =
      new BigInteger("49640000000000000000000000000000000000000000000000000000");
  private static final JsonFactory JSON = new JsonFactory();

  private final List<byte[]> data;
  private final List<Departure> decoded = new ArrayList<>();
  private final List<String> keys = new ArrayList<>();
  private int batches;

  Departures() throws Exception {
    data = List.copyOf(InputFile.read(FILE).subList(0, COUNT));
    AircraftFunction function = new AircraftFunction();
    Deserializer<Departure> deserializer = function.deserializer();
    for (byte[] json : data) {
      Departure departure = deserializer.deserialize(json);
      decoded.add(departure);
      keys.add(function.keyOf(departure));
    }
  }

  /** The index of the next batch's first departure; after the last batch comes the first. */
  int next() {
    return batches++ * BATCH % COUNT;
  }

  Departure decoded(int index) {
    return decoded.get(index);
  }

  String key(int index) {
    return keys.get(index);
  }

  /** The next batch as Lambda delivers it; sequence numbers only ever grow. */
  byte[] nextEvent() throws IOException {
    BigInteger number = FIRST_NUMBER.add(BigInteger.valueOf((long) batches * BATCH));
    int first = next();
    ByteArrayOutputStream out = new ByteArrayOutputStream(1 << 20);
    try (JsonGenerator json = JSON.createGenerator(out)) {
      json.writeStartObject();
      json.writeArrayFieldStart("Records");
      for (int i = 0; i < BATCH; i++) {
        write(json, first + i, number.add(BigInteger.valueOf(i)).toString());
      }
      json.writeEndArray();
      json.writeEndObject();
    }
    return out.toByteArray();
  }

  private void write(JsonGenerator json, int index, String number) throws IOException {
    json.writeStartObject();
    json.writeObjectFieldStart("kinesis");
    json.writeStringField("kinesisSchemaVersion", "1.0");
    json.writeStringField("partitionKey", keys.get(index));
    json.writeStringField("sequenceNumber", number);
    json.writeBinaryField("data", data.get(index));
    json.writeNumberField("approximateArrivalTimestamp", 1_795_255_200.123);
    json.writeEndObject();
    json.writeStringField("eventSource", "aws:kinesis");
    json.writeStringField("eventVersion", "1.0");
    json.writeStringField("eventID", "shardId-000000000000:" + number);
    json.writeStringField("eventName", "aws:kinesis:record");
    json.writeStringField("invokeIdentityArn", "arn:aws:iam::000000000000:role/flights");
    json.writeStringField("awsRegion", "us-east-1");
    json.writeStringField(
        "eventSourceARN", "arn:aws:kinesis:us-east-1:000000000000:stream/departures");
    json.writeEndObject();
  }
}
