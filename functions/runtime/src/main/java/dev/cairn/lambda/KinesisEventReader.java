package dev.cairn.lambda;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.cairn.id.ShardId;
import dev.cairn.job.WakeMessage;
import dev.cairn.job.WakeMessage.Purpose;
import java.io.IOException;
import java.io.InputStream;

/**
 * Reads the function's payload: a batch of Kinesis records from the event source mapping, or
 * Cairn's own wake, {@code {"cairn":"wake","shard":"shardId-000000000003"}}.
 */
public final class KinesisEventReader {
  private static final JsonFactory JSON = new JsonFactory();

  private KinesisEventReader() {}

  /**
   * Reads until the shard is known: to the end of a wake, or of a batch's first record. The caller
   * closes the stream.
   *
   * @throws MalformedEventException if the payload is neither, is not JSON, or its first record is
   *     incomplete
   * @throws IOException if the stream fails
   */
  public static InvocationEvent read(InputStream payload) throws IOException {
    JsonParser in = JSON.createParser(payload).disable(JsonParser.Feature.AUTO_CLOSE_SOURCE);
    return MalformedJson.guard(() -> read(in));
  }

  private static InvocationEvent read(JsonParser in) throws IOException {
    if (in.nextToken() != JsonToken.START_OBJECT) {
      throw new MalformedEventException(
          "the event is not a JSON object: it starts with " + shown(in));
    }
    String cairn = "";
    String shard = "";
    Purpose purpose = Purpose.PENDING_WORK;
    while (in.nextToken() == JsonToken.FIELD_NAME) {
      String field = in.currentName();
      JsonToken value = in.nextToken();
      switch (field) {
        case "Records" -> {
          if (value != JsonToken.START_ARRAY) {
            throw new MalformedEventException(
                "the event's Records are not an array but " + shown(in));
          }
          return KinesisBatch.startingAt(in);
        }
        case "cairn" -> cairn = text(in, field);
        case "shard" -> shard = text(in, field);
        case "purpose" -> purpose = purpose(text(in, field));
        case String name when TumblingWindow.isField(name) -> throw TumblingWindow.refusal();
        default -> in.skipChildren();
      }
    }
    MalformedJson.requireEnd(in);
    if (cairn.equals("wake") && !shard.isEmpty()) {
      return new InvocationEvent.Wake(new WakeMessage(shardId(shard), purpose));
    }
    throw new MalformedEventException(
        "the event has neither Records, as a Kinesis event source mapping sends them, nor is it a"
            + " wake with a shard; check what else is configured to invoke this function");
  }

  /** A later release may wake for what this one does not know: pending work is part of it. */
  private static Purpose purpose(String word) {
    for (Purpose purpose : Purpose.values()) {
      if (purpose.word().equals(word)) {
        return purpose;
      }
    }
    return Purpose.PENDING_WORK;
  }

  private static String text(JsonParser in, String field) throws IOException {
    if (!in.hasToken(JsonToken.VALUE_STRING)) {
      throw new MalformedEventException("the event's " + field + " is not text but " + shown(in));
    }
    return in.getText();
  }

  private static ShardId shardId(String shard) {
    try {
      return new ShardId(shard);
    } catch (IllegalArgumentException e) {
      throw new MalformedEventException("the wake names no shard: " + e.getMessage(), e);
    }
  }

  private static String shown(JsonParser in) {
    JsonToken token = in.currentToken();
    return token == null ? "nothing" : token.name();
  }
}
