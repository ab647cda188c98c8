package dev.cairn.localstack.deployed;

import dev.cairn.cli.input.InputFile;
import dev.cairn.flights.AircraftFunction;
import dev.cairn.flights.Departure;
import dev.cairn.function.Deserializer;
import dev.cairn.state.HashRange;
import dev.cairn.state.KeyHash;
import dev.cairn.stream.Shard;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.kinesis.KinesisClient;
import software.amazon.awssdk.services.kinesis.model.PutRecordsRequestEntry;
import software.amazon.awssdk.services.kinesis.model.PutRecordsResponse;

/** The departures of 2013, sent in their order; each is sent once. */
final class Flights {
  private static final Path FILE =
      Path.of("..", "functions", "flights", "data", "flights-2013.csv.gz");
  private static final int MOST = 60_000;
  private static final int BATCH = 200;

  private record Flight(String key, byte[] data) {}

  private final KinesisClient kinesis;
  private final String stream;
  private final Map<HashRange, List<Flight>> waiting =
      new TreeMap<>(Comparator.comparing(HashRange::toString));
  private int sent;

  Flights(KinesisClient kinesis, String stream, List<Shard> shards) {
    this.kinesis = kinesis;
    this.stream = stream;
    Deserializer<Departure> departures = new AircraftFunction().deserializer();
    shards.forEach(shard -> waiting.put(shard.range(), new ArrayList<>()));
    for (byte[] data : InputFile.read(FILE).subList(0, MOST)) {
      try {
        String key = new AircraftFunction().keyOf(departures.deserialize(data));
        KeyHash hash = KeyHash.of(key);
        waiting.forEach(
            (range, flights) -> {
              if (range.contains(hash)) {
                flights.add(new Flight(key, data));
              }
            });
      } catch (Exception e) {
        throw new AssertionError("the data do not have what they had", e);
      }
    }
  }

  /** How many were sent in all. */
  int sent() {
    return sent;
  }

  /** Sends the next ones of some shards. */
  void send(int countOfEach, List<Shard> shards) {
    for (int from = 0; from < countOfEach; from += BATCH) {
      int count = Math.min(BATCH, countOfEach - from);
      shards.forEach(shard -> sendBatch(count, shard));
    }
  }

  private void sendBatch(int count, Shard shard) {
    List<Flight> flights = Objects.requireNonNull(waiting.get(shard.range()));
    List<Flight> next = flights.subList(0, count);
    PutRecordsResponse answer =
        kinesis.putRecords(
            put ->
                put.streamName(stream)
                    .records(
                        next.stream()
                            .map(
                                flight ->
                                    PutRecordsRequestEntry.builder()
                                        .partitionKey(flight.key())
                                        .data(SdkBytes.fromByteArray(flight.data()))
                                        .build())
                            .toList()));
    if (answer.failedRecordCount() > 0) {
      throw new AssertionError(
          "LocalStack did not take " + answer.failedRecordCount() + " records");
    }
    sent += count;
    next.clear();
  }
}
