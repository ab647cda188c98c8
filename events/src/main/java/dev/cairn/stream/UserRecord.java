package dev.cairn.stream;

import dev.cairn.id.Position;
import dev.cairn.id.RecordNumber;
import dev.cairn.id.SequenceNumber;
import dev.cairn.id.SubSequenceNumber;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A record as a producer's code sent it: a Kinesis record, or one of several that a producer has
 * aggregated in a Kinesis record. Kinesis and its mapping know only the whole record.
 */
public sealed interface UserRecord {

  /** Returns the Kinesis record that this is, or is a part of. */
  StreamRecord kinesisRecord();

  /** Returns the position of a subtask that has applied everything up to and including this. */
  Position position();

  /** Returns the sequence number of the Kinesis record. */
  default SequenceNumber sequenceNumber() {
    return kinesisRecord().sequenceNumber();
  }

  /** Returns the approximate time at which Kinesis stored the Kinesis record. */
  default Instant arrival() {
    return kinesisRecord().arrival();
  }

  /** Returns the number that names this record in messages, dead letters and files. */
  default RecordNumber number() {
    return RecordNumber.of(sequenceNumber());
  }

  /** A record that is not aggregated. */
  record Plain(StreamRecord kinesisRecord) implements UserRecord {
    @Override
    public Position position() {
      return Position.after(sequenceNumber());
    }
  }

  /**
   * One of the user records of an aggregate.
   *
   * @param part its place in the aggregate
   * @param isLast whether no user record of the aggregate follows
   */
  record Part(
      StreamRecord kinesisRecord, SubSequenceNumber part, boolean isLast, KplAggregate.Item item)
      implements UserRecord {

    /** After the last part, nothing of the Kinesis record is left. */
    @Override
    public Position position() {
      return isLast ? Position.after(sequenceNumber()) : Position.within(sequenceNumber(), part);
    }

    @Override
    public RecordNumber number() {
      return RecordNumber.of(sequenceNumber(), part);
    }

    public String partitionKey() {
      return item.partitionKey();
    }

    public Optional<String> explicitHashKey() {
      return item.explicitHashKey();
    }

    /** Returns a copy of the user record's bytes. */
    public byte[] data() {
      return item.bytes();
    }
  }

  /** An aggregate without a user record. */
  record Empty(StreamRecord kinesisRecord) implements UserRecord {
    @Override
    public Position position() {
      return Position.after(sequenceNumber());
    }
  }

  /**
   * An aggregate of which no user record can be read.
   *
   * @param problem what is wrong with it
   */
  record Malformed(StreamRecord kinesisRecord, String problem) implements UserRecord {
    @Override
    public Position position() {
      return Position.after(sequenceNumber());
    }
  }

  /** Takes a Kinesis record apart. Returns at least one record. */
  static List<UserRecord> of(StreamRecord record) {
    if (!KplAggregate.is(record.data())) {
      return List.of(new Plain(record));
    }
    List<KplAggregate.Item> items;
    try {
      items = KplAggregate.read(record.data());
    } catch (KplAggregate.MalformedException e) {
      return List.of(new Malformed(record, String.valueOf(e.getMessage())));
    }
    if (items.isEmpty()) {
      return List.of(new Empty(record));
    }
    List<UserRecord> parts = new ArrayList<>(items.size());
    for (KplAggregate.Item item : items) {
      boolean isLast = parts.size() == items.size() - 1;
      parts.add(new Part(record, new SubSequenceNumber(parts.size()), isLast, item));
    }
    return parts;
  }

  /** Takes Kinesis records apart, in their order. */
  static List<UserRecord> of(List<StreamRecord> records) {
    List<UserRecord> all = new ArrayList<>(records.size());
    for (StreamRecord record : records) {
      all.addAll(of(record));
    }
    return all;
  }
}
