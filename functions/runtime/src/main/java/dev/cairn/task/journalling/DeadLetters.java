package dev.cairn.task.journalling;

import dev.cairn.format.Fields;
import dev.cairn.format.Trees;
import dev.cairn.id.SubSequenceNumber;
import dev.cairn.id.SubtaskId;
import dev.cairn.journal.Entry.DeadLetter;
import dev.cairn.state.KeyHash;
import dev.cairn.storage.FileStorage;
import dev.cairn.storage.Layout;
import dev.cairn.storage.Sha256;
import dev.cairn.stream.StreamRecord;
import dev.cairn.stream.UserRecord;
import dev.cairn.task.ports.Message;
import java.time.InstantSource;
import java.util.Optional;

/**
 * Stores records that the function could not process, one JSON file each: the record, its origin,
 * and the cause. The file is stored before the journal counts the record; a second attempt at the
 * record finds the file and keeps it.
 */
public final class DeadLetters {
  private static final int LONGEST_CAUSE = 500;

  private final FileStorage storage;
  private final InstantSource clock;

  public DeadLetters(FileStorage storage, InstantSource clock) {
    this.storage = storage;
    this.clock = clock;
  }

  /**
   * The hash key under which the state of a record is kept.
   *
   * @param hashKey the one that the function names; empty for the partition key's own
   * @param isByAggregate whether it is the explicit hash key of a user record of an aggregate,
   *     which is known from no other record
   */
  record Placement(Optional<KeyHash> hashKey, boolean isByAggregate) {
    static final Placement BY_KEY = new Placement(Optional.empty(), false);
    static final Placement BY_AGGREGATE = new Placement(Optional.empty(), true);
  }

  /**
   * @param why the cause, in a sentence
   */
  DeadLetter store(SubtaskId subtask, UserRecord record, Placement placement, String why) {
    String cause = Message.shorten(why, LONGEST_CAUSE);
    Content content = content(record);
    byte[] file =
        Trees.toJson(
            Fields.empty()
                .put("v", 1)
                .put("job", subtask.job().value())
                .put("stage", subtask.stage().value())
                .put("shard", subtask.shard().value())
                .put("sequenceNumber", record.sequenceNumber().digits())
                .put("subSequenceNumber", record.number().part(), SubSequenceNumber::value)
                .put("partitionKey", content.partitionKey())
                .put("explicitHashKey", content.explicitHashKey(), text -> text)
                .put("hashKey", placement.hashKey(), KeyHash::toDecimal)
                .put("boundBy", boundBy(placement), text -> text)
                .put("arrival", record.arrival())
                .put("failedAt", clock.instant())
                .put("cause", cause)
                .put("data", content.data()));
    storage.put(Layout.deadLetter(subtask, record.number()), file, Sha256.of(file));
    return new DeadLetter(record.number(), cause);
  }

  private static Optional<String> boundBy(Placement placement) {
    return placement.isByAggregate() ? Optional.of("aggregate") : Optional.empty();
  }

  /** The part of a record that its producer sent. */
  private record Content(String partitionKey, Optional<String> explicitHashKey, byte[] data) {}

  private static Content content(UserRecord record) {
    return switch (record) {
      case UserRecord.Part part ->
          new Content(part.partitionKey(), part.explicitHashKey(), part.data());
      case UserRecord.Plain plain -> whole(plain.kinesisRecord());
      case UserRecord.Empty empty -> whole(empty.kinesisRecord());
      case UserRecord.Malformed malformed -> whole(malformed.kinesisRecord());
    };
  }

  private static Content whole(StreamRecord record) {
    return new Content(record.partitionKey(), Optional.empty(), record.data());
  }
}
