package dev.cairn.contracts;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.cairn.contracts.Instruction.Verb;
import dev.cairn.id.SequenceNumber;
import dev.cairn.id.ShardId;
import dev.cairn.local.lambda.Handler;
import dev.cairn.local.lambda.Invocation;
import dev.cairn.local.world.World;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Does with each record as its {@link Instruction} says, and writes down what it was given. One for
 * all containers.
 */
final class ScriptedFunction implements Handler {
  private static final Duration WORK = Duration.ofMillis(2);
  private static final JsonFactory JSON = new JsonFactory();

  private final World world;
  private final Duration stall;
  private final Map<SequenceNumber, Integer> seen = new HashMap<>();
  private final List<Delivered> deliveries = new ArrayList<>();

  private record Received(ShardId shard, SequenceNumber number, Instruction instruction) {}

  ScriptedFunction(World world, Duration stall) {
    this.world = world;
    this.stall = stall;
  }

  synchronized List<Delivered> deliveries() {
    return List.copyOf(deliveries);
  }

  @Override
  public void handle(InputStream event, OutputStream response, Invocation invocation)
      throws IOException {
    Instant started = world.now();
    List<Received> batch = read(event);
    // Long enough for an overlap to show.
    world.sleep(WORK);
    List<SequenceNumber> done = new ArrayList<>();
    String failures = "";
    for (Received record : batch) {
      Verb verb = record.instruction.verbAt(timesSeen(record.number));
      if (verb == Verb.STALL) {
        write(batch, List.of(), started);
        world.sleep(stall);
        return;
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
    response.write(("{\"batchItemFailures\":[" + failures + "]}").getBytes(StandardCharsets.UTF_8));
  }

  private synchronized int timesSeen(SequenceNumber record) {
    return seen.merge(record, 1, Integer::sum);
  }

  private void write(List<Received> batch, List<SequenceNumber> done, Instant started) {
    List<SequenceNumber> records = batch.stream().map(Received::number).toList();
    Delivered delivered =
        new Delivered(batch.getFirst().shard, records, done, started, world.now());
    synchronized (this) {
      deliveries.add(delivered);
    }
    world.changed();
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
            case "eventSourceARN" -> {
              ShardId shard = new ShardId(eventId.substring(0, eventId.indexOf(':')));
              batch.add(new Received(shard, new SequenceNumber(number), Instruction.ofData(data)));
            }
            default -> {}
          }
        }
      }
    }
    return batch;
  }
}
