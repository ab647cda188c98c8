package dev.cairn.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

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
import dev.cairn.id.Position;
import dev.cairn.id.RecordNumber;
import dev.cairn.id.Revision;
import dev.cairn.id.SequenceNumber;
import dev.cairn.id.ShardId;
import dev.cairn.id.SubSequenceNumber;
import dev.cairn.journal.Entry.Advanced;
import dev.cairn.journal.Entry.Closed;
import dev.cairn.journal.Entry.DeadLetter;
import dev.cairn.journal.Entry.Failed;
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
import dev.cairn.state.Channels.Segment;
import dev.cairn.state.Counts;
import dev.cairn.state.HashRange;
import dev.cairn.state.KeyHash;
import dev.cairn.state.Manifest;
import dev.cairn.state.Origin;
import dev.cairn.state.OutboxOrigin;
import dev.cairn.state.OwedOutbox;
import dev.cairn.state.Payload;
import dev.cairn.state.PendingFile;
import dev.cairn.state.RunRef;
import dev.cairn.state.StartPosition;
import dev.cairn.state.StateHandle;
import dev.cairn.state.StateSchema;
import dev.cairn.state.TimeProgress;
import dev.cairn.storage.FilePath;
import dev.cairn.storage.FileRef;
import dev.cairn.storage.Sha256;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The bytes of {@code golden/entry-*.hex} are in tables out there: what writes them otherwise needs
 * a new version of the format.
 */
class EntryFormatTest {
  private static final Instant NOW = Instant.parse("2026-11-21T10:00:00.123456789Z");
  private static final Origin AT_HORIZON =
      new Origin(new StartPosition.TrimHorizon(), HashRange.ALL);
  private static final Origin AT_TIME =
      new Origin(
          new StartPosition.AtTimestamp(NOW),
          new HashRange(new KeyHash(0, 7), new KeyHash(Long.MAX_VALUE, -1)));

  @SuppressWarnings(
      "ImmutableEnumChecker") // Entries are immutable, down to arrays that nobody changes.
  enum Sample {
    OPENED(
        new Opened(
            Header.first(new EntryId("entry-1"), new Epoch(1), Writer.MAPPING, NOW), AT_HORIZON)),
    ADVANCED(
        Advanced.of(
            header(2, Writer.MAPPING),
            Position.beginning(),
            new Payload.Inline(new byte[] {0, 1, -1}),
            List.of(new StateSchema("delays", "value", "string,long")),
            List.of())),
    ADVANCED_IN_A_QUIET_STRETCH(
        Advanced.of(
            header(3, Writer.WAKE).quietUntil(NOW.plusSeconds(3_600)),
            header(3, Writer.WAKE).position(),
            Payload.NONE,
            List.of(),
            List.of())),
    RESUMED_ACCEPTING_A_GAP(
        new Resumed(
            header(4, Writer.COORDINATOR)
                .resumed(new EntryId("entry-5"), new Epoch(3), true, NOW))),
    ADVANCED_IN_FULL(
        new Advanced(
            header(
                3,
                Writer.WAKE,
                FormatVersion.ONE,
                new TimeProgress(
                    Optional.empty(), Optional.of(NOW), Optional.of(NOW.plusSeconds(60)))),
            Position.after(
                new SequenceNumber("49590338271490256608559692538361571095921575989136588898")),
            new Payload.Stored(file("taskowned/delta-3")),
            List.of(),
            List.of(
                new DeadLetter(
                    new SequenceNumber("4959"), "java.lang.ArithmeticException: / by zero")),
            List.of(segment("airlines/shardId-1", 12)),
            Map.of("b", 2L, "a", 1L),
            List.of(segment("producer-1", 3)),
            List.of(segment("producer-2", 4)),
            Optional.empty())),
    TRIGGERED(
        new Triggered(
            header(4, Writer.COORDINATOR),
            new CheckpointId(7),
            Optional.empty(),
            false,
            Triggered.ALIGNED,
            Map.of("a", 5L))),
    SNAPSHOTTED(
        new Snapshotted(
            header(5, Writer.MAPPING), new CheckpointId(7), AT_TIME, handle(), channels())),
    MATERIALIZED(new Materialized(header(6, Writer.WAKE), AT_HORIZON, handle(), Channels.EMPTY)),
    RESTORED(
        new Restored(
            header(7, Writer.COORDINATOR),
            Optional.of(new CheckpointId(7)),
            Restored.Mode.LIVE,
            ClaimMode.NO_CLAIM,
            Optional.of(new CheckpointId(9)),
            AT_HORIZON,
            handle(),
            Channels.EMPTY)),
    TRIGGERED_FOR_A_SAVEPOINT(
        Triggered.of(
            header(4, Writer.COORDINATOR),
            new CheckpointId(7),
            Optional.of(FilePath.of("savepoints", "flights", "savepoint-7-before-upgrade")))),
    TRIGGERED_IN_FULL(
        Triggered.of(header(4, Writer.COORDINATOR), new CheckpointId(7), Optional.empty())
            .asFull()),
    RESTORED_TO_NOTHING(
        new Restored(
            header(7, Writer.COORDINATOR),
            Optional.empty(),
            Restored.Mode.LIVE,
            ClaimMode.CLAIM,
            Optional.of(new CheckpointId(9)),
            AT_HORIZON,
            StateHandle.EMPTY,
            Channels.EMPTY)),
    RESTORED_WITHOUT_A_STATE(
        new Restored(
            header(7, Writer.COORDINATOR),
            Optional.of(new CheckpointId(7)),
            Restored.Mode.LIVE,
            ClaimMode.NO_CLAIM,
            Optional.of(new CheckpointId(9)),
            AT_HORIZON,
            handle(),
            Channels.EMPTY,
            List.of("note", "words"))),
    RESTORED_AS_A_FORK(
        new Restored(
            header(2, Writer.COORDINATOR),
            Optional.empty(),
            Restored.Mode.LIVE,
            ClaimMode.SHARED,
            Optional.empty(),
            AT_HORIZON,
            handle(),
            Channels.EMPTY)),
    SUSPENDED(
        new Suspended(
            header(4, Writer.COORDINATOR).suspended(new EntryId("entry-5"), new Epoch(3), NOW))),
    RESUMED(
        new Resumed(
            header(4, Writer.COORDINATOR)
                .resumed(new EntryId("entry-5"), new Epoch(3), false, NOW))),
    FAILED(
        new Failed(
            header(4, Writer.MAPPING)
                .with(
                    new ShardFailure(
                        FailureReason.USER_CODE,
                        "java.lang.ArithmeticException: / by zero",
                        new FailureHistory(
                            2,
                            NOW,
                            NOW.plusSeconds(3),
                            Duration.ofMillis(1500),
                            List.of(NOW, NOW.plusSeconds(3))),
                        false)))),
    FAILED_FOR_GOOD(
        new Failed(
            header(4, Writer.WAKE)
                .with(
                    new ShardFailure(
                        FailureReason.DAMAGED,
                        "a file is gone",
                        new FailureHistory(1, NOW, NOW, Duration.ZERO, List.of()),
                        true)))),
    FAILED_AT_A_RECORD(
        new Failed(
            header(4, Writer.MAPPING)
                .with(
                    new ShardFailure(
                        FailureReason.KEY_OUTSIDE_SHARD,
                        "record 4961: its key belongs to another shard",
                        new FailureHistory(
                            3, NOW, NOW.plusSeconds(9), Duration.ofSeconds(2), List.of()),
                        false,
                        1,
                        Optional.of(new SequenceNumber("4961")))))),
    FAILED_AFTER_A_RECORD(
        new Failed(
            header(4, Writer.MAPPING)
                .with(
                    new ShardFailure(
                        FailureReason.DAMAGED,
                        "a file is gone",
                        new FailureHistory(
                            3, NOW, NOW.plusSeconds(9), Duration.ofSeconds(2), List.of()),
                        false,
                        1,
                        Optional.empty(),
                        Optional.of(new SequenceNumber("4961")))))),
    SUSPECTED(
        new Suspected(header(4, Writer.COORDINATOR).with(Optional.of(new Isolation.Suspicion())))),
    SUSPECTED_WITH_A_RECORD_THAT_WAITS(
        new Suspected(
            header(4, Writer.COORDINATOR)
                .with(Optional.of(new Isolation.Suspicion()))
                .waitingFor(new SequenceNumber("4961")))),
    BEGUN_IN_A_STEP(
        new Suspected(
            header(4, Writer.MAPPING)
                .with(Optional.of(new Isolation.Begun(25, NOW.plusSeconds(60)))))),
    FAILED_ALONE(
        new Failed(
            header(4, Writer.MAPPING)
                .with(
                    new ShardFailure(
                        FailureReason.PROCESS_ENDED,
                        "record 4961: it was begun on its own, and did not come back",
                        new FailureHistory(1, NOW, NOW, Duration.ofSeconds(1), List.of()),
                        false,
                        1,
                        Optional.of(new SequenceNumber("4961"))))
                .with(Optional.of(new Isolation.Steps(1))))),
    ADVANCED_IN_FORMAT_TWO(
        new Advanced(
            header(3, Writer.MAPPING, FormatVersion.TWO, times()),
            Position.within(new SequenceNumber("4959"), new SubSequenceNumber(3)),
            Payload.NONE,
            List.of(),
            List.of(),
            List.of(segment("alerts", 12)),
            Map.of(),
            List.of(),
            List.of(),
            Optional.of(new MappingId("14e0db71-5a35-4eb5-b481-8945cf9d10c2")))),
    ADVANCED_WITHIN_AN_AGGREGATE(
        Advanced.of(
            header(3, Writer.MAPPING)
                .raisedTo(FormatVersion.TWO)
                .at(
                    Position.within(
                        new SequenceNumber(
                            "49590338271490256608559692540925702759324208523137515702"),
                        new SubSequenceNumber(7)),
                    new SequenceNumber("4959"),
                    new Counts(1_000_007, 4)),
            Position.after(
                new SequenceNumber("49590338271490256608559692540925702759324208523137515618")),
            Payload.NONE,
            List.of(),
            List.of(
                new DeadLetter(
                    RecordNumber.of(
                        new SequenceNumber(
                            "49590338271490256608559692540925702759324208523137515702"),
                        new SubSequenceNumber(5)),
                    "java.lang.ArithmeticException: / by zero")))),
    TRIGGERED_IN_FORMAT_TWO(
        new Triggered(
            header(4, Writer.COORDINATOR, FormatVersion.TWO, times()),
            new CheckpointId(7),
            Optional.empty(),
            false,
            Triggered.ALIGNED,
            Map.of(),
            Optional.of(new CheckpointId(5)))),
    SNAPSHOTTED_IN_FORMAT_TWO(
        new Snapshotted(
            header(5, Writer.COORDINATOR, FormatVersion.TWO, times()),
            new CheckpointId(7),
            AT_TIME,
            handle(),
            outputs(),
            Optional.of(new CheckpointId(5)))),
    OPENED_BY_A_SPLIT(
        new Opened(
            header(1, Writer.WAKE, FormatVersion.TWO, times()), ofSplit(), handle(), outputs())),
    CLOSED(
        new Closed(
            new Header(
                new Revision(8),
                new EntryId("entry-8"),
                Optional.of(new EntryId("entry-7")),
                new Epoch(2),
                Position.end(),
                Position.end(),
                Optional.of(new SequenceNumber("4950")),
                new Counts(12, 1),
                Writer.MAPPING,
                NOW,
                Optional.of(new CheckpointId(7)),
                false,
                Optional.empty()),
            AT_HORIZON,
            StateHandle.EMPTY,
            Channels.EMPTY));

    private final Entry entry;

    Sample(Entry entry) {
      this.entry = entry;
    }

    byte[] golden() {
      String file = "/golden/entry-" + name().toLowerCase(Locale.ROOT).replace('_', '-') + ".hex";
      try (InputStream in =
          Objects.requireNonNull(EntryFormatTest.class.getResourceAsStream(file), file)) {
        return HexFormat.of()
            .parseHex(
                new String(in.readAllBytes(), StandardCharsets.US_ASCII).replaceAll("\\s", ""));
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  @ParameterizedTest
  @EnumSource(Sample.class)
  void writesTheSameBytesAsEver(Sample sample) {
    assertThat(EntryFormat.write(sample.entry))
        .asHexString()
        .isEqualTo(HexFormat.of().withUpperCase().formatHex(sample.golden()));
  }

  @ParameterizedTest
  @EnumSource(Sample.class)
  void readsWhatWasEverWritten(Sample sample) {
    assertThat(EntryFormat.read(sample.golden()))
        .usingRecursiveComparison()
        .isEqualTo(sample.entry);
  }

  @Test
  void everyKindHasASample() {
    assertThat(List.of(Sample.values()))
        .extracting(sample -> sample.entry.getClass().getSimpleName())
        .contains(
            "Opened",
            "Advanced",
            "Triggered",
            "Snapshotted",
            "Materialized",
            "Restored",
            "Suspended",
            "Resumed",
            "Failed",
            "Closed");
  }

  @ParameterizedTest
  @EnumSource(Sample.class)
  void theKindTellsWhetherItIsABase(Sample sample) {
    assertThat(EntryFormat.isBase(EntryFormat.kind(sample.entry)))
        .isEqualTo(sample.entry instanceof Entry.Base);
  }

  @ParameterizedTest
  @EnumSource(Sample.class)
  void bytesThatEndTooEarlyAreNoEntry(Sample sample) {
    byte[] whole = sample.golden();
    for (int length = 0; length < whole.length; length++) {
      byte[] cut = Arrays.copyOf(whole, length);
      assertThatThrownBy(() -> EntryFormat.read(cut)).isInstanceOf(FormatException.class);
    }
  }

  @Test
  void aNewerVersionIsRefusedByNumber() {
    byte[] newer =
        Trees.toCbor(
            Fields.empty().put("v", FormatVersion.NEWEST.number() + 1).put("kind", "Opened"));

    assertThatThrownBy(() -> EntryFormat.read(newer))
        .isInstanceOf(FormatException.class)
        .hasMessageContaining("format 3")
        .hasMessageContaining("deploy the version that wrote it");
  }

  @Test
  void anUnknownKindIsRefusedByName() {
    byte[] golden = Sample.OPENED.golden();
    byte[] renamed =
        HexFormat.of()
            .parseHex(HexFormat.of().formatHex(golden).replace(hex("Opened"), hex("Opensd")));

    assertThatThrownBy(() -> EntryFormat.read(renamed))
        .isInstanceOf(FormatException.class)
        .hasMessageContaining("unknown kind Opensd");
  }

  private static String hex(String text) {
    return HexFormat.of().formatHex(text.getBytes(StandardCharsets.US_ASCII));
  }

  private static TimeProgress times() {
    return new TimeProgress(
        Optional.of(NOW.minusSeconds(2)),
        Optional.of(NOW.minusSeconds(60)),
        Optional.of(NOW.plusSeconds(60)));
  }

  private static Origin ofSplit() {
    return new Origin(
        new StartPosition.TrimHorizon(),
        AT_TIME.range(),
        List.of(new ShardId("shardId-000000000000"), new ShardId("shardId-000000000001")));
  }

  private static Channels outputs() {
    return new Channels(
        Map.of("airlines/shardId-1", 12L),
        Map.of(),
        Map.of(),
        List.of(),
        List.of(segment("alerts", 12)),
        Optional.of(
            new OutboxOrigin(
                new Epoch(2),
                Position.beginning(),
                Position.after(new SequenceNumber("4959")),
                Optional.of(new MappingId("mapping-1")))),
        List.of(new OwedOutbox(new Epoch(1), List.of(segment("alerts", 9)))),
        List.of(
            new PendingFile(
                "departures",
                "s3://results/day=2013-01-01/2-9.parquet",
                new Epoch(2),
                Optional.of(new CheckpointId(7)),
                Optional.of("upload-1"),
                List.of(file("taskowned/part-1")))));
  }

  private static Header header(
      long revision, Writer writer, FormatVersion format, TimeProgress time) {
    Header plain = header(revision, writer);
    boolean isNew = format.includes(FormatVersion.TWO);
    return new Header(
        plain.revision(),
        plain.id(),
        plain.prev(),
        plain.epoch(),
        plain.position(),
        plain.frontier(),
        plain.firstApplied(),
        plain.counts(),
        plain.writer(),
        plain.writtenAt(),
        plain.lastCheckpoint(),
        plain.suspended(),
        plain.failing(),
        plain.isolation(),
        plain.following(),
        plain.heapUse(),
        format,
        time,
        isNew ? Optional.of(new SubSequenceNumber(2)) : Optional.empty(),
        isNew ? 41 : 0,
        isNew ? Optional.of(Position.after(new SequenceNumber("4970"))) : Optional.empty());
  }

  private static Header header(long revision, Writer writer) {
    return new Header(
        new Revision(revision),
        new EntryId("entry-" + revision),
        Optional.of(new EntryId("entry-" + (revision - 1))),
        new Epoch(2),
        Position.after(
            new SequenceNumber("49590338271490256608559692540925702759324208523137515618")),
        Position.after(
            new SequenceNumber("49590338271490256608559692540925702759324208523137515699")),
        Optional.of(new SequenceNumber("49590338271490256608559692538361571095921575989136588898")),
        new Counts(1_000_000, 3),
        writer,
        NOW,
        Optional.of(new CheckpointId(6)),
        false,
        Optional.empty());
  }

  private static StateHandle handle() {
    return new StateHandle(
        new Manifest(
            List.of(
                new RunRef(file("shared/run-2"), HashRange.ALL),
                new RunRef(
                    file("shared/run-1"), new HashRange(new KeyHash(0, 0), new KeyHash(1, 0)))),
            List.of(
                new StateSchema("delays", "value", "string,long"),
                new StateSchema("seen", "map", "string,string,long"))),
        Optional.of(file("chk-7/delays_shardId-0_5")));
  }

  private static Channels channels() {
    return new Channels(
        Map.of("airlines/shardId-1", 12L),
        Map.of("a", 5L),
        Map.of("a", Map.of("1", 3L)),
        List.of(segment("a", 6)),
        List.of(segment("airlines/shardId-1", 12)));
  }

  private static Segment segment(String channel, long number) {
    return new Segment(channel, number, 1, new Payload.Inline(new byte[] {9, 8}));
  }

  private static FileRef file(String path) {
    return new FileRef(
        new FilePath("job/" + path), 4_096, Sha256.of(path.getBytes(StandardCharsets.US_ASCII)));
  }
}
