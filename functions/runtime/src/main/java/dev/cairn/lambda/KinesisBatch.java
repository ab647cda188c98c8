package dev.cairn.lambda;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.cairn.id.SequenceNumber;
import dev.cairn.id.ShardId;
import dev.cairn.stream.StreamRecord;
import dev.cairn.task.ports.RecordBatch;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.NoSuchElementException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The records of one shard in an event. Each record is parsed when it is needed; no tree of the
 * event is built. {@link #hasNext} and {@link #next} throw {@link MalformedEventException} if the
 * event is not one that a mapping sends, and {@link UncheckedIOException} if the stream fails.
 */
public final class KinesisBatch implements InvocationEvent, RecordBatch {
  private static final String CONSUMER = "/consumer/";
  private static final double YEAR_10000_SECONDS = 253_402_300_800.0;

  private final JsonParser in;
  private final ShardId shard;
  private final String sourceArn;

  private int index;
  private @Nullable StreamRecord ahead;

  private KinesisBatch(JsonParser in, Fields first) {
    this.in = in;
    this.shard = shardOf(first);
    this.sourceArn = first.required(first.streamArn, "eventSourceARN");
    this.ahead = first.toRecord();
  }

  /** Continues to parse right after the beginning of the array of records. */
  static KinesisBatch startingAt(JsonParser in) throws IOException {
    if (in.nextToken() == JsonToken.END_ARRAY) {
      // The last event of a tumbling window may have no records.
      requireEnd(in);
      throw new MalformedEventException("the event has no records, so it belongs to no shard");
    }
    return new KinesisBatch(in, Fields.read(in, 0));
  }

  /** Returns the shard of all records. */
  @Override
  public ShardId shard() {
    return shard;
  }

  /**
   * Returns the ARN of the stream of all records, such as {@code
   * arn:aws:kinesis:…:stream/departures}. With enhanced fan-out the event names a consumer of the
   * stream; its ARN begins with the stream's.
   */
  public String streamArn() {
    int consumer = sourceArn.indexOf(CONSUMER);
    return consumer < 0 ? sourceArn : sourceArn.substring(0, consumer);
  }

  /** Returns the stream's name, which follows the last slash of its ARN. */
  public String streamName() {
    return streamArn().substring(streamArn().lastIndexOf('/') + 1);
  }

  /** Returns the event's source: the ARN of the stream or of a consumer of it. */
  String sourceArn() {
    return sourceArn;
  }

  @Override
  public boolean hasNext() {
    return ahead != null;
  }

  @Override
  public StreamRecord next() {
    StreamRecord record = ahead;
    if (record == null) {
      throw new NoSuchElementException("the event has " + (index + 1) + " records");
    }
    try {
      ahead = MalformedJson.guard(this::readNext).orElse(null);
    } catch (IOException e) {
      throw new UncheckedIOException("the event ended after record " + index, e);
    }
    return record;
  }

  private Optional<StreamRecord> readNext() throws IOException {
    if (in.nextToken() == JsonToken.END_ARRAY) {
      requireEnd(in);
      return Optional.empty();
    }
    index++;
    Fields fields = Fields.read(in, index);
    String eventId = fields.required(fields.eventId, "eventID");
    if (!eventId.startsWith(shard.value()) || eventId.indexOf(':') != shard.value().length()) {
      throw new MalformedEventException(
          "record "
              + index
              + " of the event has the id \""
              + eventId
              + "\", but the first one belongs to "
              + shard
              + ": an invocation is for one shard only");
    }
    if (!sourceArn.equals(fields.streamArn)) {
      throw new MalformedEventException(
          "record "
              + index
              + " of the event comes from another stream than the first, "
              + sourceArn);
    }
    return Optional.of(fields.toRecord());
  }

  /** Requires that no field with another meaning follows the records. */
  private static void requireEnd(JsonParser in) throws IOException {
    while (in.nextToken() == JsonToken.FIELD_NAME) {
      if (TumblingWindow.isField(in.currentName())) {
        throw TumblingWindow.refusal();
      }
      if (in.currentName().equals("Records")) {
        throw new MalformedEventException("the event has Records twice");
      }
      in.nextToken();
      in.skipChildren();
    }
    MalformedJson.requireEnd(in);
  }

  private static ShardId shardOf(Fields first) {
    String eventId = first.required(first.eventId, "eventID");
    int colon = eventId.indexOf(':');
    try {
      return new ShardId(eventId.substring(0, Math.max(0, colon)));
    } catch (IllegalArgumentException e) {
      throw new MalformedEventException(
          "the event's first record has the id \""
              + eventId
              + "\", which is not of the form shardId-000000000000:<sequence number>",
          e);
    }
  }

  /** The fields of one record, in any order. */
  private static final class Fields {
    private final int index;
    private @Nullable String eventId;
    private @Nullable String streamArn;
    private @Nullable String partitionKey;
    private @Nullable String sequenceNumber;
    private byte @Nullable [] data;
    private double arrivalSeconds = Double.NaN;

    private Fields(int index) {
      this.index = index;
    }

    static Fields read(JsonParser in, int index) throws IOException {
      Fields fields = new Fields(index);
      if (!in.hasToken(JsonToken.START_OBJECT)) {
        throw fields.malformed("is not an object");
      }
      while (in.nextToken() == JsonToken.FIELD_NAME) {
        String field = in.currentName();
        JsonToken value = in.nextToken();
        switch (field) {
          case "eventID" -> fields.eventId = fields.text(in, field);
          case "eventSourceARN" -> fields.streamArn = fields.text(in, field);
          case "kinesis" -> {
            if (value != JsonToken.START_OBJECT) {
              throw fields.malformed("has a kinesis that is not an object");
            }
            fields.readKinesis(in);
          }
          default -> in.skipChildren();
        }
      }
      return fields;
    }

    private void readKinesis(JsonParser in) throws IOException {
      while (in.nextToken() == JsonToken.FIELD_NAME) {
        String field = in.currentName();
        JsonToken value = in.nextToken();
        switch (field) {
          case "partitionKey" -> partitionKey = text(in, field);
          case "sequenceNumber" -> sequenceNumber = text(in, field);
          case "data" -> {
            requireText(in, field);
            data = in.getBinaryValue();
          }
          case "approximateArrivalTimestamp" -> {
            if (!value.isNumeric()) {
              throw malformed("has a kinesis.approximateArrivalTimestamp that is not a number");
            }
            arrivalSeconds = in.getDoubleValue();
          }
          default -> in.skipChildren();
        }
      }
    }

    StreamRecord toRecord() {
      return new StreamRecord(
          required(partitionKey, "kinesis.partitionKey"),
          sequenceNumber(),
          required(data, "kinesis.data"),
          arrival());
    }

    <T> T required(@Nullable T value, String field) {
      if (value == null) {
        throw malformed("has no " + field);
      }
      return value;
    }

    private SequenceNumber sequenceNumber() {
      try {
        return new SequenceNumber(required(sequenceNumber, "kinesis.sequenceNumber"));
      } catch (IllegalArgumentException e) {
        throw new MalformedEventException(
            "record "
                + index
                + " of the event has no usable kinesis.sequenceNumber: "
                + e.getMessage(),
            e);
      }
    }

    private Instant arrival() {
      if (Double.isNaN(arrivalSeconds)) {
        throw malformed("has no kinesis.approximateArrivalTimestamp");
      }
      if (arrivalSeconds < 0 || arrivalSeconds >= YEAR_10000_SECONDS) {
        throw malformed(
            "arrived at " + arrivalSeconds + ", which is not a number of seconds since 1970");
      }
      return Instant.ofEpochMilli(Math.round(arrivalSeconds * 1000));
    }

    private String text(JsonParser in, String field) throws IOException {
      requireText(in, field);
      return in.getText();
    }

    private void requireText(JsonParser in, String field) {
      if (!in.hasToken(JsonToken.VALUE_STRING)) {
        throw malformed("has a " + field + " that is not text");
      }
    }

    private MalformedEventException malformed(String problem) {
      return new MalformedEventException("record " + index + " of the event " + problem);
    }
  }
}
