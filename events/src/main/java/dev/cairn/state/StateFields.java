package dev.cairn.state;

import dev.cairn.format.Fields;
import dev.cairn.format.FormatException;
import dev.cairn.id.CheckpointId;
import dev.cairn.id.Epoch;
import dev.cairn.id.MappingId;
import dev.cairn.id.Position;
import dev.cairn.id.SequenceNumber;
import dev.cairn.id.ShardId;
import dev.cairn.id.SubSequenceNumber;
import dev.cairn.storage.FilePath;
import dev.cairn.storage.FileRef;
import dev.cairn.storage.Sha256;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;

/** Reads and writes the fields that entries, checkpoints and state files have in common. */
public final class StateFields {
  private static final String BEFORE = "before ";
  private static final char SUB_SEQUENCE = '.';

  private StateFields() {}

  public static String write(Position position) {
    return switch (position) {
      case Position.Beginning b -> "beginning";
      case Position.Before before -> BEFORE + before.first().digits();
      case Position.Within(SequenceNumber aggregate, SubSequenceNumber last) ->
          aggregate.digits() + SUB_SEQUENCE + last;
      case Position.After after -> after.last().digits();
      case Position.End e -> "end";
    };
  }

  public static Position readPosition(String text) {
    return switch (text) {
      case "beginning" -> Position.beginning();
      case "end" -> Position.end();
      default ->
          text.startsWith(BEFORE)
              ? Position.before(new SequenceNumber(text.substring(BEFORE.length())))
              : readRecord(text);
    };
  }

  private static Position readRecord(String text) {
    int dot = text.indexOf(SUB_SEQUENCE);
    return dot < 0
        ? Position.after(new SequenceNumber(text))
        : Position.within(
            new SequenceNumber(text.substring(0, dot)),
            new SubSequenceNumber(Long.parseLong(text.substring(dot + 1))));
  }

  public static Fields write(FileRef file) {
    return Fields.empty()
        .put("path", file.path().value())
        .put("sizeBytes", file.sizeBytes())
        .put("sha256", file.sha256().hex());
  }

  public static FileRef readFile(Fields fields) {
    return new FileRef(
        new FilePath(fields.text("path")),
        fields.number("sizeBytes"),
        new Sha256(fields.text("sha256")));
  }

  public static Fields write(HashRange range) {
    return Fields.empty().put("from", range.from().toDecimal()).put("to", range.to().toDecimal());
  }

  public static HashRange readRange(Fields fields) {
    return new HashRange(
        KeyHash.ofDecimal(fields.text("from")), KeyHash.ofDecimal(fields.text("to")));
  }

  public static String write(StartPosition start) {
    return switch (start) {
      case StartPosition.TrimHorizon h -> "TRIM_HORIZON";
      case StartPosition.AtTimestamp at -> at.time().toString();
    };
  }

  public static StartPosition readStart(String text) {
    return text.equals("TRIM_HORIZON")
        ? new StartPosition.TrimHorizon()
        : new StartPosition.AtTimestamp(Instant.parse(text));
  }

  public static Fields write(Origin origin) {
    return Fields.empty()
        .put("start", write(origin.start()))
        .put("range", write(origin.range()))
        .put("parents", origin.parents(), ShardId::value);
  }

  public static Origin readOrigin(Fields fields) {
    return new Origin(
        readStart(fields.text("start")),
        readRange(fields.object("range")),
        fields.texts("parents").stream().map(ShardId::new).toList());
  }

  public static Fields write(Counts counts) {
    return Fields.empty()
        .put("applied", counts.applied())
        .put("deadLettered", counts.deadLettered());
  }

  public static Counts readCounts(Fields fields) {
    return new Counts(fields.number("applied"), fields.number("deadLettered"));
  }

  public static Fields write(Manifest manifest) {
    return Fields.empty()
        .put("runs", manifest.runs(), run -> write(run.file()).put("range", write(run.range())))
        .put("states", manifest.schemas(), StateFields::write);
  }

  public static Manifest readManifest(Fields fields) {
    return new Manifest(
        fields.objects("runs").stream()
            .map(run -> new RunRef(readFile(run), readRange(run.object("range"))))
            .toList(),
        fields.objects("states").stream().map(StateFields::readSchema).toList());
  }

  public static Fields write(StateSchema schema) {
    return Fields.empty()
        .put("name", schema.name())
        .put("kind", schema.kind())
        .put("serializers", schema.serializers())
        .put("type", schema.type(), ValueType::toString);
  }

  public static StateSchema readSchema(Fields fields) {
    return new StateSchema(
        fields.text("name"),
        fields.text("kind"),
        fields.text("serializers"),
        fields.optionalText("type").map(ValueType::parse));
  }

  public static Fields write(StateHandle handle) {
    return Fields.empty()
        .put("manifest", write(handle.manifest()))
        .put("stateFile", handle.stateFile(), StateFields::write);
  }

  public static StateHandle readHandle(Fields fields) {
    return new StateHandle(
        readManifest(fields.object("manifest")),
        fields.optionalObject("stateFile").map(StateFields::readFile));
  }

  public static Fields write(Payload payload) {
    return switch (payload) {
      case Payload.Inline inline -> Fields.empty().put("inline", inline.bytes());
      case Payload.Stored stored -> write(stored.file());
    };
  }

  public static Payload readPayload(Fields fields) {
    return fields.has("inline")
        ? new Payload.Inline(fields.bytes("inline"))
        : new Payload.Stored(readFile(fields));
  }

  public static Fields write(Channels channels) {
    return Fields.empty()
        .put("lastNumbers", channels.lastNumbers(), number -> number)
        .put("marks", channels.marks(), number -> number)
        .put(
            "lineage",
            channels.lineage(),
            epochs -> Fields.empty().put("last", epochs, number -> number))
        .put("held", channels.held(), StateFields::write)
        .put("unsentOutbox", channels.unsentOutbox(), StateFields::write)
        .put("unsentOrigin", channels.unsentOrigin(), StateFields::write)
        .put("owed", channels.owed(), StateFields::write)
        .put("pendingFiles", channels.pendingFiles(), StateFields::write);
  }

  private static Fields write(OutboxOrigin origin) {
    return Fields.empty()
        .put("epoch", origin.epoch().value())
        .put("from", write(origin.from()))
        .put("to", write(origin.to()))
        .put("mapping", origin.mapping(), MappingId::value);
  }

  private static OutboxOrigin readOutboxOrigin(Fields fields) {
    return new OutboxOrigin(
        new Epoch(fields.number("epoch")),
        readPosition(fields.text("from")),
        readPosition(fields.text("to")),
        fields.optionalText("mapping").map(MappingId::new));
  }

  private static Fields write(OwedOutbox owed) {
    return Fields.empty()
        .put("epoch", owed.epoch().value())
        .put("segments", owed.segments(), StateFields::write);
  }

  private static OwedOutbox readOwed(Fields fields) {
    return new OwedOutbox(
        new Epoch(fields.number("epoch")),
        fields.objects("segments").stream().map(StateFields::readSegment).toList());
  }

  private static Fields write(PendingFile file) {
    return Fields.empty()
        .put("sink", file.sink())
        .put("object", file.object())
        .put("epoch", file.epoch().value())
        .put("tag", file.tag(), CheckpointId::value)
        .put("upload", file.upload(), upload -> upload)
        .put("parts", file.parts(), StateFields::write);
  }

  private static PendingFile readPendingFile(Fields fields) {
    return new PendingFile(
        fields.text("sink"),
        fields.text("object"),
        new Epoch(fields.number("epoch")),
        fields.optionalNumber("tag").map(CheckpointId::new),
        fields.optionalText("upload"),
        fields.objects("parts").stream().map(StateFields::readFile).toList());
  }

  /** Adds the times that a state has reached to the fields of an entry or a state file. */
  public static Fields put(Fields fields, TimeProgress time) {
    return fields
        .put("watermark", time.watermark(), Instant::toString)
        .put("nextTimer", time.nextTimer(), Instant::toString)
        .put("recordTime", time.recordTime(), Instant::toString);
  }

  public static TimeProgress readTime(Fields fields) {
    return new TimeProgress(
        fields.optionalText("recordTime").map(Instant::parse),
        fields.optionalText("watermark").map(Instant::parse),
        fields.optionalText("nextTimer").map(Instant::parse));
  }

  public static Channels readChannels(Fields fields) {
    Map<String, Map<String, Long>> lineage = new LinkedHashMap<>();
    fields
        .objectsByName("lineage")
        .forEach((producer, epochs) -> lineage.put(producer, epochs.numbers("last")));
    return new Channels(
        fields.numbers("lastNumbers"),
        fields.numbers("marks"),
        lineage,
        fields.objects("held").stream().map(StateFields::readSegment).collect(Collectors.toList()),
        fields.objects("unsentOutbox").stream()
            .map(StateFields::readSegment)
            .collect(Collectors.toList()),
        fields.optionalObject("unsentOrigin").map(StateFields::readOutboxOrigin),
        fields.objects("owed").stream().map(StateFields::readOwed).toList(),
        fields.objects("pendingFiles").stream().map(StateFields::readPendingFile).toList());
  }

  public static Fields write(Channels.Segment segment) {
    return Fields.empty()
        .put("channel", segment.channel())
        .put("number", segment.number())
        .put("parts", segment.parts())
        .put("payload", write(segment.payload()));
  }

  public static Channels.Segment readSegment(Fields fields) {
    return new Channels.Segment(
        fields.text("channel"),
        fields.number("number"),
        fields.number("parts"),
        readPayload(fields.object("payload")));
  }

  /** Refuses a format that is newer than {@code known}; the message names the object. */
  public static void requireVersion(Fields fields, String what, long known) {
    long version = fields.number("v");
    if (version > known) {
      throw new FormatException(
          what
              + " has format version "
              + version
              + " and this version of Cairn reads up to "
              + known
              + ": deploy the version that wrote it, or a later one");
    }
  }
}
