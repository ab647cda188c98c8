package dev.cairn.contracts;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.cairn.contracts.Instruction.Verb;
import dev.cairn.id.SequenceNumber;
import dev.cairn.id.ShardId;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * Does with each record as its {@link Instruction} says, and writes down what it was given. The
 * same in a container of the simulation and in a process of its own.
 */
final class Script {
  private static final Duration WORK = Duration.ofMillis(2);
  private static final JsonFactory JSON = new JsonFactory();

  /** Where it runs, and what all its containers share. */
  interface Surroundings {
    Instant now();

    void sleep(Duration duration);

    /** Counts this delivery of the record, and says how many there were by now. */
    int timesSeen(SequenceNumber record);

    void delivered(Delivered batch);
  }

  private record Received(ShardId shard, SequenceNumber number, Instruction instruction) {}

  private final Surroundings surroundings;
  private final Duration stall;

  /**
   * @param stall longer than the function's timeout
   */
  Script(Surroundings surroundings, Duration stall) {
    this.surroundings = surroundings;
    this.stall = stall;
  }

  /** The answer to a batch, as the mapping reads it. */
  byte[] answer(InputStream event) throws IOException {
    Instant started = surroundings.now();
    List<Received> batch = read(event);
    // Long enough for an overlap to show.
    surroundings.sleep(WORK);
    List<SequenceNumber> done = new ArrayList<>();
    String failures = "";
    for (Received record : batch) {
      Verb verb = verb(record);
      if (verb == Verb.STALL) {
        write(batch, List.of(), started);
        surroundings.sleep(stall);
        return new byte[0];
      }
      if (verb == Verb.THROW) {
        write(batch, List.of(), started);
        throw new IllegalStateException("told to throw by " + record.number);
      }
      if (verb == Verb.REFUSE) {
        failures = "{\"itemIdentifier\":\"" + record.number + "\"}";
        break;
      }
      done.add(record.number);
    }
    write(batch, done, started);
    return ("{\"batchItemFailures\":[" + failures + "]}").getBytes(StandardCharsets.UTF_8);
  }

  private Verb verb(Received record) {
    // Most records are only to be done, and counting may be a request.
    return record.instruction.times() == 0
        ? Verb.DO
        : record.instruction.verbAt(surroundings.timesSeen(record.number));
  }

  private void write(List<Received> batch, List<SequenceNumber> done, Instant started) {
    List<SequenceNumber> records = batch.stream().map(Received::number).toList();
    surroundings.delivered(
        new Delivered(batch.getFirst().shard, records, done, started, surroundings.now()));
  }

  private static List<Received> read(InputStream event) throws IOException {
    List<Received> batch = new ArrayList<>();
    try (JsonParser json = JSON.createParser(event)) {
      String number = "";
      String eventId = "";
      byte[] data = {};
      while (json.nextToken() != null) {
        if (json.currentToken() == JsonToken.FIELD_NAME) {
          String name = json.currentName();
          json.nextToken();
          switch (name) {
            case "sequenceNumber" -> number = json.getText();
            case "data" -> data = json.getBinaryValue();
            case "eventID" -> eventId = json.getText();
            default -> {}
          }
        } else if (json.currentToken() == JsonToken.END_OBJECT && isRecord(json)) {
          ShardId shard = new ShardId(eventId.substring(0, eventId.indexOf(':')));
          batch.add(new Received(shard, new SequenceNumber(number), Instruction.ofData(data)));
        }
      }
    }
    return batch;
  }

  /** Whether the object that ends here is an element of {@code Records}. */
  private static boolean isRecord(JsonParser json) {
    return json.getParsingContext().inArray();
  }
}
