package dev.cairn.journal;

import dev.cairn.checkpoint.ClaimMode;
import dev.cairn.checkpoint.FailureReason;
import dev.cairn.format.Fields;
import dev.cairn.format.FormatException;
import dev.cairn.format.FormatVersion;
import dev.cairn.format.Trees;
import dev.cairn.id.CheckpointId;
import dev.cairn.id.EntryId;
import dev.cairn.id.Epoch;
import dev.cairn.id.MappingId;
import dev.cairn.id.RecordNumber;
import dev.cairn.id.Revision;
import dev.cairn.id.SequenceNumber;
import dev.cairn.id.SubSequenceNumber;
import dev.cairn.journal.Entry.Advanced;
import dev.cairn.journal.Entry.Base;
import dev.cairn.journal.Entry.Closed;
import dev.cairn.journal.Entry.DeadLetter;
import dev.cairn.journal.Entry.Failed;
import dev.cairn.journal.Entry.FollowingRecords;
import dev.cairn.journal.Entry.Header;
import dev.cairn.journal.Entry.Materialized;
import dev.cairn.journal.Entry.Opened;
import dev.cairn.journal.Entry.Restored;
import dev.cairn.journal.Entry.Resumed;
import dev.cairn.journal.Entry.Snapshotted;
import dev.cairn.journal.Entry.Suspected;
import dev.cairn.journal.Entry.Suspended;
import dev.cairn.journal.Entry.Triggered;
import dev.cairn.journal.Entry.Writer;
import dev.cairn.restart.FailureHistory;
import dev.cairn.state.Channels;
import dev.cairn.state.StateFields;
import dev.cairn.state.StateHandle;
import dev.cairn.storage.FilePath;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import java.util.Optional;

/**
 * Writes and reads entries as CBOR. An entry contains its kind and version; a reader that does not
 * know them stops and never skips the entry.
 */
public final class EntryFormat {
  // The field's presence is its value, so that the entries of a running job do not contain it.
  private static final Optional<Long> YES = Optional.of(1L);

  private EntryFormat() {}

  public static String kind(Entry entry) {
    return switch (entry) {
      case Opened e -> "Opened";
      case Advanced e -> "Advanced";
      case Triggered e -> "Triggered";
      case Snapshotted e -> "Snapshotted";
      case Materialized e -> "Materialized";
      case Restored e -> "Restored";
      case Suspended e -> "Suspended";
      case Resumed e -> "Resumed";
      case Failed e -> "Failed";
      case Suspected e -> "Suspected";
      case Closed e -> "Closed";
    };
  }

  /** Whether entries of this kind carry a whole manifest. */
  public static boolean isBase(String kind) {
    return switch (kind) {
      case "Opened", "Snapshotted", "Materialized", "Restored", "Closed" -> true;
      default -> false;
    };
  }

  public static byte[] write(Entry entry) {
    return Trees.toCbor(toFields(entry));
  }

  /** Writes an entry's fields as JSON, for people. */
  public static byte[] toJson(Entry entry) {
    return Trees.toJson(toFields(entry));
  }

  private static Fields toFields(Entry entry) {
    FormatContents.requireAllowed(entry);
    Header header = entry.header();
    return put(ofKind(entry, ofHeader(entry)), header);
  }

  /** The fields of format 2 follow all others, so that entries of format 1 keep their bytes. */
  private static Fields put(Fields fields, Header header) {
    return StateFields.put(fields, header.time())
        .put("firstAppliedSub", header.firstAppliedSub(), SubSequenceNumber::value)
        .put("outputs", counted(header.outputs()), count -> count)
        .put("muteUntil", header.muteUntil(), StateFields::write);
  }

  private static Optional<Long> counted(long outputs) {
    return Optional.of(outputs).filter(count -> count > 0);
  }

  private static Fields ofHeader(Entry entry) {
    Header header = entry.header();
    return Fields.empty()
        .put("v", header.format().number())
        .put("kind", kind(entry))
        .put("revision", header.revision().value())
        .put("id", header.id().value())
        .put("prev", header.prev(), EntryId::value)
        .put("epoch", header.epoch().value())
        .put("position", StateFields.write(header.position()))
        .put("frontier", StateFields.write(header.frontier()))
        .put("firstApplied", header.firstApplied(), SequenceNumber::digits)
        .put("counts", StateFields.write(header.counts()))
        .put("writer", header.writer().name().toLowerCase(Locale.ROOT))
        .put("writtenAt", header.writtenAt())
        .put("lastCheckpoint", header.lastCheckpoint(), CheckpointId::value)
        .put("suspended", header.suspended() ? YES : Optional.empty(), flag -> flag)
        .put("failing", header.failing(), EntryFormat::write)
        .put("isolation", header.isolation(), EntryFormat::write)
        .put("quietUntil", header.following().quietUntil(), Instant::toString)
        .put(
            "mayBeMissing",
            header.following().mayBeMissing() ? YES : Optional.empty(),
            flag -> flag)
        .put("waiting", header.following().waiting(), SequenceNumber::digits)
        .put("heapUse", header.heapUse(), EntryFormat::write);
  }

  private static Fields ofKind(Entry entry, Fields fields) {
    return switch (entry) {
      case Opened opened ->
          isOfRoot(opened)
              ? fields.put("origin", StateFields.write(opened.origin()))
              : state(fields, opened);
      case Advanced advanced ->
          fields
              .put("from", StateFields.write(advanced.from()))
              .put("delta", StateFields.write(advanced.delta()))
              .put("states", advanced.states(), StateFields::write)
              .put("deadLetters", advanced.deadLetters(), EntryFormat::write)
              .put("outbox", advanced.outbox(), StateFields::write)
              .put("marks", advanced.marks(), number -> number)
              .put("heldAdded", advanced.heldAdded(), StateFields::write)
              .put("heldRemoved", advanced.heldRemoved(), StateFields::write)
              .put("mapping", advanced.mapping(), MappingId::value);
      case Triggered triggered ->
          fields
              .put("checkpoint", triggered.checkpoint().value())
              .put("savepoint", triggered.savepoint(), FilePath::value)
              .put("full", triggered.isFull() ? YES : Optional.empty(), flag -> flag)
              .put("mode", triggered.mode())
              .put("cut", triggered.cut(), number -> number)
              .put("latestCompleted", triggered.latestCompleted(), CheckpointId::value);
      case Snapshotted snapshotted ->
          state(fields.put("checkpoint", snapshotted.checkpoint().value()), snapshotted)
              .put("latestCompleted", snapshotted.latestCompleted(), CheckpointId::value);
      case Materialized materialized -> state(fields, materialized);
      case Restored restored ->
          state(
              fields
                  .put("checkpoint", restored.checkpoint(), CheckpointId::value)
                  .put("mode", restored.mode().name().toLowerCase(Locale.ROOT))
                  .put("claimMode", claimed(restored.claimMode()), word -> word)
                  .put("voidUpTo", restored.voidUpTo(), CheckpointId::value)
                  .put("dropped", restored.dropped(), name -> name),
              restored);
      case Suspended s -> fields;
      case Resumed r -> fields;
      case Failed f -> fields;
      case Suspected s -> fields;
      case Closed closed -> state(fields, closed);
    };
  }

  private static boolean isOfRoot(Opened opened) {
    return opened.handle().equals(StateHandle.EMPTY) && opened.channels().equals(Channels.EMPTY);
  }

  private static Optional<String> claimed(ClaimMode mode) {
    return switch (mode) {
      case NO_CLAIM -> Optional.empty();
      case CLAIM -> Optional.of("claim");
      case SHARED -> Optional.of("shared");
    };
  }

  private static Fields state(Fields fields, Base base) {
    return fields
        .put("origin", StateFields.write(base.origin()))
        .put("state", StateFields.write(base.handle()))
        .put("channels", StateFields.write(base.channels()));
  }

  private static Fields write(HeapUse use) {
    return Fields.empty().put("stateBytes", use.stateBytes()).put("heapBytes", use.heapBytes());
  }

  private static HeapUse readHeapUse(Fields fields) {
    return new HeapUse(fields.number("stateBytes"), fields.number("heapBytes"));
  }

  private static Fields write(ShardFailure failing) {
    FailureHistory failures = failing.failures();
    return Fields.empty()
        .put("reason", failing.reason().name())
        .put("message", failing.message())
        .put("attempts", failures.attempts())
        .put("first", failures.firstAt())
        .put("last", failures.lastAt())
        .put("backoffMillis", failures.lastBackoff().toMillis())
        .put("recent", failures.recent(), Instant::toString)
        .put("givenUp", failing.hasGivenUp() ? YES : Optional.empty(), flag -> flag)
        .put("ofReason", ofReason(failing), count -> count)
        .put("record", failing.record(), SequenceNumber::digits)
        .put("earlierRecord", failing.earlierRecord(), SequenceNumber::digits);
  }

  /** Returns the field only if it differs from the number of attempts. */
  private static Optional<Long> ofReason(ShardFailure failing) {
    return failing.ofReason() == failing.failures().attempts()
        ? Optional.empty()
        : Optional.of((long) failing.ofReason());
  }

  private static ShardFailure readFailing(Fields fields) {
    int attempts = Math.toIntExact(fields.number("attempts"));
    return new ShardFailure(
        FailureReason.valueOf(fields.text("reason")),
        fields.text("message"),
        new FailureHistory(
            attempts,
            fields.time("first"),
            fields.time("last"),
            Duration.ofMillis(fields.number("backoffMillis")),
            fields.texts("recent").stream().map(Instant::parse).toList()),
        fields.has("givenUp"),
        fields.optionalNumber("ofReason").map(Math::toIntExact).orElse(attempts),
        fields.optionalText("record").map(SequenceNumber::new),
        fields.optionalText("earlierRecord").map(SequenceNumber::new));
  }

  private static Fields write(Isolation isolation) {
    return switch (isolation) {
      case Isolation.Suspicion s -> Fields.empty();
      case Isolation.Steps(int records) -> Fields.empty().put("records", records);
      case Isolation.Begun(int records, Instant until) ->
          Fields.empty().put("records", records).put("until", until);
    };
  }

  private static Isolation readIsolation(Fields fields) {
    if (!fields.has("records")) {
      return new Isolation.Suspicion();
    }
    int records = Math.toIntExact(fields.number("records"));
    return fields.has("until")
        ? new Isolation.Begun(records, fields.time("until"))
        : new Isolation.Steps(records);
  }

  private static Fields write(DeadLetter letter) {
    return Fields.empty()
        .put("sequenceNumber", letter.sequenceNumber().digits())
        .put("subSequenceNumber", letter.record().part(), SubSequenceNumber::value)
        .put("cause", letter.cause());
  }

  /**
   * Reads an entry.
   *
   * @throws FormatException if the bytes are not an entry, or an entry of a newer version
   */
  public static Entry read(byte[] bytes) {
    Fields fields = Trees.fromCbor(bytes);
    Header header = readHeader(fields, FormatVersion.of(fields.number("v"), "a journal entry"));
    String kind = fields.text("kind");
    return switch (kind) {
      case "Opened" ->
          new Opened(
              header,
              StateFields.readOrigin(fields.object("origin")),
              fields.optionalObject("state").map(StateFields::readHandle).orElse(StateHandle.EMPTY),
              fields
                  .optionalObject("channels")
                  .map(StateFields::readChannels)
                  .orElse(Channels.EMPTY));
      case "Advanced" ->
          new Advanced(
              header,
              StateFields.readPosition(fields.text("from")),
              StateFields.readPayload(fields.object("delta")),
              fields.objects("states").stream().map(StateFields::readSchema).toList(),
              fields.objects("deadLetters").stream().map(EntryFormat::readDeadLetter).toList(),
              fields.objects("outbox").stream().map(StateFields::readSegment).toList(),
              fields.numbers("marks"),
              fields.objects("heldAdded").stream().map(StateFields::readSegment).toList(),
              fields.objects("heldRemoved").stream().map(StateFields::readSegment).toList(),
              fields.optionalText("mapping").map(MappingId::new));
      case "Triggered" ->
          new Triggered(
              header,
              readCheckpoint(fields),
              fields.optionalText("savepoint").map(FilePath::new),
              fields.has("full"),
              fields.text("mode"),
              fields.numbers("cut"),
              readLatestCompleted(fields));
      case "Snapshotted" ->
          new Snapshotted(
              header,
              readCheckpoint(fields),
              StateFields.readOrigin(fields.object("origin")),
              StateFields.readHandle(fields.object("state")),
              readChannels(fields),
              readLatestCompleted(fields));
      case "Materialized" ->
          new Materialized(
              header,
              StateFields.readOrigin(fields.object("origin")),
              StateFields.readHandle(fields.object("state")),
              readChannels(fields));
      case "Restored" ->
          new Restored(
              header,
              fields.optionalNumber("checkpoint").map(CheckpointId::new),
              Restored.Mode.valueOf(fields.text("mode").toUpperCase(Locale.ROOT)),
              fields
                  .optionalText("claimMode")
                  .map(word -> ClaimMode.valueOf(word.toUpperCase(Locale.ROOT)))
                  .orElse(ClaimMode.NO_CLAIM),
              fields.optionalNumber("voidUpTo").map(CheckpointId::new),
              StateFields.readOrigin(fields.object("origin")),
              StateFields.readHandle(fields.object("state")),
              readChannels(fields),
              fields.texts("dropped"));
      case "Suspended" -> new Suspended(header);
      case "Resumed" -> new Resumed(header);
      case "Failed" -> new Failed(header);
      case "Suspected" -> new Suspected(header);
      case "Closed" ->
          new Closed(
              header,
              StateFields.readOrigin(fields.object("origin")),
              StateFields.readHandle(fields.object("state")),
              readChannels(fields));
      default ->
          throw new FormatException(
              "journal entry "
                  + header.revision()
                  + " is of the unknown kind "
                  + kind
                  + ": deploy the version of Cairn that wrote it, or a later one");
    };
  }

  private static Header readHeader(Fields fields, FormatVersion format) {
    return new Header(
        new Revision(fields.number("revision")),
        new EntryId(fields.text("id")),
        fields.optionalText("prev").map(EntryId::new),
        new Epoch(fields.number("epoch")),
        StateFields.readPosition(fields.text("position")),
        StateFields.readPosition(fields.text("frontier")),
        fields.optionalText("firstApplied").map(SequenceNumber::new),
        StateFields.readCounts(fields.object("counts")),
        Writer.valueOf(fields.text("writer").toUpperCase(Locale.ROOT)),
        fields.time("writtenAt"),
        readOptionalCheckpoint(fields),
        fields.has("suspended"),
        fields.optionalObject("failing").map(EntryFormat::readFailing),
        fields.optionalObject("isolation").map(EntryFormat::readIsolation),
        new FollowingRecords(
            fields.optionalText("quietUntil").map(Instant::parse),
            fields.has("mayBeMissing"),
            fields.optionalText("waiting").map(SequenceNumber::new)),
        fields.optionalObject("heapUse").map(EntryFormat::readHeapUse),
        format,
        StateFields.readTime(fields),
        fields.optionalNumber("firstAppliedSub").map(SubSequenceNumber::new),
        fields.optionalNumber("outputs").orElse(0L),
        fields.optionalText("muteUntil").map(StateFields::readPosition));
  }

  private static Optional<CheckpointId> readLatestCompleted(Fields fields) {
    return fields.optionalNumber("latestCompleted").map(CheckpointId::new);
  }

  private static Optional<CheckpointId> readOptionalCheckpoint(Fields fields) {
    return fields.optionalNumber("lastCheckpoint").map(CheckpointId::new);
  }

  private static CheckpointId readCheckpoint(Fields fields) {
    return new CheckpointId(fields.number("checkpoint"));
  }

  private static Channels readChannels(Fields fields) {
    return StateFields.readChannels(fields.object("channels"));
  }

  private static DeadLetter readDeadLetter(Fields fields) {
    return new DeadLetter(
        new RecordNumber(
            new SequenceNumber(fields.text("sequenceNumber")),
            fields.optionalNumber("subSequenceNumber").map(SubSequenceNumber::new)),
        fields.text("cause"));
  }
}
