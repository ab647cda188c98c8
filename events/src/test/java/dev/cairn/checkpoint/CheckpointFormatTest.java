package dev.cairn.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cairn.format.FormatException;
import dev.cairn.format.FormatVersion;
import dev.cairn.id.CheckpointId;
import dev.cairn.id.Epoch;
import dev.cairn.id.JobId;
import dev.cairn.id.Position;
import dev.cairn.id.SequenceNumber;
import dev.cairn.id.ShardId;
import dev.cairn.id.StageId;
import dev.cairn.id.SubSequenceNumber;
import dev.cairn.id.SubtaskId;
import dev.cairn.journal.RandomRecords;
import dev.cairn.state.Channels;
import dev.cairn.state.Counts;
import dev.cairn.state.HashRange;
import dev.cairn.state.Manifest;
import dev.cairn.state.Origin;
import dev.cairn.state.PendingFile;
import dev.cairn.state.RunRef;
import dev.cairn.state.StartPosition;
import dev.cairn.state.StateSchema;
import dev.cairn.state.TimeProgress;
import dev.cairn.storage.FilePath;
import dev.cairn.storage.FileRef;
import dev.cairn.storage.Sha256;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/**
 * The files of {@code golden/} are in buckets out there: what writes them otherwise needs a new
 * version of the format.
 */
class CheckpointFormatTest {
  static final CheckpointMetadata METADATA =
      new CheckpointMetadata(
          new Checkpoint.Triggering(
              new JobId("flights"),
              new CheckpointId(42),
              new Epoch(2),
              Instant.parse("2026-11-21T10:00:00.250Z"),
              ExpectedSubtasks.of(
                  new TreeSet<>(
                      List.of(subtask("shardId-000000000000"), subtask("shardId-000000000001"))))),
          List.of(
              new Acknowledgement.Acknowledged(
                  subtask("shardId-000000000001"), new CheckpointId(42), Optional.empty(), 0, 0),
              new Acknowledgement.Acknowledged(
                  subtask("shardId-000000000000"),
                  new CheckpointId(42),
                  Optional.of(file("chk-42/delays_shardId-000000000000_17")),
                  81_920,
                  4_096)));

  static final SubtaskState STATE =
      new SubtaskState(
          subtask("shardId-000000000000"),
          new Epoch(2),
          new Origin(
              new StartPosition.AtTimestamp(Instant.parse("2026-11-21T09:00:00Z")), HashRange.ALL),
          Position.after(
              new SequenceNumber("49590338271490256608559692540925702759324208523137515618")),
          Optional.of(
              new SequenceNumber("49590338271490256608559692538361571095921575989136588898")),
          new Counts(1_000_000, 3),
          new Manifest(
              List.of(new RunRef(file("shared/run-1"), HashRange.ALL)),
              List.of(new StateSchema("delays", "value", "string,long"))),
          Channels.EMPTY);

  private static final FilePath METADATA_AT = FilePath.of("flights", "chk-42", "_metadata");
  private static final FilePath STATE_AT =
      new FilePath(
          "flights/chk-42/delays/shardId-000000000000/state-00000000000000000017-entry-18");
  private static final FilePath SAVEPOINT = new FilePath("s3://backups/flights/savepoint-42-may");

  @Test
  void writesTheSameMetadataAsEver() throws IOException {
    assertThat(new String(CheckpointFormat.write(METADATA), StandardCharsets.UTF_8))
        .isEqualTo(golden("metadata.json"));
  }

  /** A state file in format 2, with what timers, outputs and resharding need. */
  static final SubtaskState STATE_IN_FORMAT_TWO =
      new SubtaskState(
          STATE.subtask(),
          STATE.epoch(),
          new Origin(
              STATE.origin().start(), HashRange.ALL, List.of(new ShardId("shardId-000000000007"))),
          Position.within(new SequenceNumber("4959"), new SubSequenceNumber(3)),
          STATE.firstApplied(),
          STATE.counts(),
          STATE.manifest(),
          new Channels(
              Map.of(),
              Map.of(),
              Map.of(),
              List.of(),
              List.of(),
              Optional.empty(),
              List.of(),
              List.of(
                  new PendingFile(
                      "departures",
                      "s3://results/day=2013-01-01/2-9.parquet",
                      new Epoch(2),
                      Optional.of(new CheckpointId(42)),
                      Optional.of("upload-1"),
                      List.of(file("taskowned/part-1"))))),
          FormatVersion.TWO,
          new TimeProgress(
              Optional.of(Instant.parse("2026-11-21T09:59:58.5Z")),
              Optional.of(Instant.parse("2026-11-21T09:58:00Z")),
              Optional.of(Instant.parse("2026-11-21T10:01:00Z"))),
          Optional.of(new SubSequenceNumber(2)),
          41);

  @Test
  void aStateInFormatTwoIsWrittenAndReadAsEver() throws IOException {
    assertThat(new String(CheckpointFormat.write(STATE_IN_FORMAT_TWO), StandardCharsets.UTF_8))
        .isEqualTo(golden("state-in-format-two.json"));
    assertThat(CheckpointFormat.readState(goldenBytes("state-in-format-two.json"), STATE_AT))
        .isEqualTo(STATE_IN_FORMAT_TWO);
  }

  /** Every component, in both forms of a file; a forgotten field shows whatever it is. */
  @Test
  void statesWithRandomContentAreReadAsTheyWereWritten() {
    for (long seed = 0; seed < 500; seed++) {
      SubtaskState made = new RandomRecords(seed).of(SubtaskState.class);
      SubtaskState state = made.with(new Manifest(List.of(), made.manifest().schemas()));
      byte[] bytes = CheckpointFormat.write(state);
      assertThat(CheckpointFormat.readState(bytes, STATE_AT))
          .as("seed %d", seed)
          .usingRecursiveComparison()
          .isEqualTo(state);

      FilePath at = new FilePath("s3://backups/copy/delays/shardId-0/state");
      assertThat(CheckpointFormat.readState(CheckpointFormat.write(state, at), at))
          .as("seed %d in a directory of its own", seed)
          .usingRecursiveComparison()
          .isEqualTo(state);
    }
  }

  /** A release that does not know the later parts must not be given them under its own version. */
  @Test
  void formatOneRefusesPartsThatItLacks() {
    SubtaskState timed =
        new SubtaskState(
            STATE.subtask(),
            STATE.epoch(),
            STATE.origin(),
            STATE.position(),
            STATE.firstApplied(),
            STATE.counts(),
            STATE.manifest(),
            STATE.channels(),
            FormatVersion.ONE,
            STATE_IN_FORMAT_TWO.time(),
            Optional.empty(),
            0);

    assertThatThrownBy(() -> CheckpointFormat.write(timed))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("has parts that format 1 lacks");
  }

  @Test
  void itsBytesDoNotDependOnHowLongAnythingTook() {
    CheckpointMetadata timed =
        new CheckpointMetadata(
            METADATA.trigger(),
            METADATA.acknowledgements().stream()
                .map(
                    acknowledged ->
                        acknowledged.with(
                            Acknowledgement.Timing.immediately(METADATA.trigger().triggeredAt())))
                .toList());
    assertThat(CheckpointFormat.write(timed)).isEqualTo(CheckpointFormat.write(METADATA));
  }

  @Test
  void readsMetadataAsEver() throws IOException {
    assertThat(CheckpointFormat.readMetadata(goldenBytes("metadata.json"), METADATA_AT))
        .isEqualTo(METADATA);
  }

  @Test
  void writesTheSameStateFileAsEver() throws IOException {
    assertThat(new String(CheckpointFormat.write(STATE), StandardCharsets.UTF_8))
        .isEqualTo(golden("state.json"));
  }

  @Test
  void readsAStateFileAsEver() throws IOException {
    assertThat(CheckpointFormat.readState(goldenBytes("state.json"), STATE_AT)).isEqualTo(STATE);
  }

  @Test
  void writesTheSameSelfContainedMetadataAsEverWhereverItIs() throws IOException {
    for (FilePath directory : List.of(SAVEPOINT, FilePath.of("savepoints", "flights"))) {
      assertThat(
              new String(
                  CheckpointFormat.write(
                      savepoint(directory), directory.resolve(FilePath.of("_metadata"))),
                  StandardCharsets.UTF_8))
          .isEqualTo(golden("savepoint-metadata.json"));
    }
  }

  @Test
  void aSelfContainedFileIsReadWhereItWasCopiedTo() throws IOException {
    for (FilePath directory :
        List.of(SAVEPOINT, new FilePath("file:///restored"), FilePath.of("savepoints", "x"))) {
      CheckpointMetadata metadata =
          CheckpointFormat.readMetadata(
              goldenBytes("savepoint-metadata.json"), directory.resolve(FilePath.of("_metadata")));
      assertThat(metadata).isEqualTo(savepoint(directory));

      FilePath at = metadata.acknowledgements().getFirst().stateFile().orElseThrow().path();
      assertThat(CheckpointFormat.readState(goldenBytes("savepoint-state.json"), at))
          .isEqualTo(savepointState(at));
    }
  }

  @Test
  void writesTheSameSelfContainedStateFileAsEver() throws IOException {
    FilePath at = SAVEPOINT.resolve(new FilePath("delays/shardId-000000000000/state-17"));

    assertThat(new String(CheckpointFormat.write(savepointState(at), at), StandardCharsets.UTF_8))
        .isEqualTo(golden("savepoint-state.json"));
  }

  @Test
  void aSelfContainedFileNamesNothingOutsideItsFolder() {
    FilePath elsewhere = new FilePath("s3://backups/flights/savepoint-43/_metadata");

    assertThatThrownBy(() -> CheckpointFormat.write(savepoint(SAVEPOINT), elsewhere))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("does not lie in the folder of " + elsewhere);
    assertThatThrownBy(() -> CheckpointFormat.write(STATE, STATE_AT))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("flights/shared/run-1");
  }

  @Test
  void anotherStoragesCheckpointNamesItsFilesBelowThatStoragesRoot() throws IOException {
    FilePath root = new FilePath("s3://other/team");

    CheckpointMetadata metadata =
        CheckpointFormat.readMetadata(goldenBytes("metadata.json"), root.resolve(METADATA_AT));
    SubtaskState state =
        CheckpointFormat.readState(goldenBytes("state.json"), root.resolve(STATE_AT));

    assertThat(metadata.acknowledgements().getFirst().stateFile().orElseThrow().path())
        .isEqualTo(
            root.resolve(FilePath.of("flights", "chk-42", "delays_shardId-000000000000_17")));
    assertThat(state.manifest().runs().getFirst().file().path())
        .isEqualTo(new FilePath("s3://other/team/flights/shared/run-1"));
  }

  @Test
  void aCheckpointsFileThatWasCopiedByItselfIsRefused() {
    FilePath copied = new FilePath("file:///downloads/_metadata");

    assertThatThrownBy(() -> CheckpointFormat.readMetadata(goldenBytes("metadata.json"), copied))
        .isInstanceOf(FormatException.class)
        .hasMessageContaining("file:///downloads/_metadata")
        .hasMessageContaining("cairn export");
  }

  @Test
  void pathsOfAnUnknownKindAreRefused() throws IOException {
    byte[] unknown =
        golden("savepoint-metadata.json")
            .replace("\"relative\"", "\"sideways\"")
            .getBytes(StandardCharsets.UTF_8);

    assertThatThrownBy(() -> CheckpointFormat.readMetadata(unknown, METADATA_AT))
        .isInstanceOf(FormatException.class)
        .hasMessageContaining("sideways");
  }

  @Test
  void whatMakesNoSenseIsDamageThatNamesTheFile() throws IOException {
    byte[] nonsense =
        golden("metadata.json")
            .replace("flights/chk", "flights//chk")
            .getBytes(StandardCharsets.UTF_8);

    assertThatThrownBy(() -> CheckpointFormat.readMetadata(nonsense, METADATA_AT))
        .isInstanceOf(FormatException.class)
        .hasMessageStartingWith("flights/chk-42/_metadata cannot be read");
  }

  /** As its reader in that directory has it. */
  private static CheckpointMetadata savepoint(FilePath directory) {
    return new CheckpointMetadata(
        METADATA.trigger(),
        List.of(
            new Acknowledgement.Acknowledged(
                subtask("shardId-000000000000"),
                new CheckpointId(42),
                Optional.of(
                    file("state")
                        .at(
                            directory.resolve(
                                new FilePath("delays/shardId-000000000000/state-17")))),
                81_920,
                81_920),
            new Acknowledgement.Acknowledged(
                subtask("shardId-000000000001"), new CheckpointId(42), Optional.empty(), 0, 0)));
  }

  private static SubtaskState savepointState(FilePath at) {
    return new SubtaskState(
        STATE.subtask(),
        STATE.epoch(),
        STATE.origin(),
        STATE.position(),
        STATE.firstApplied(),
        STATE.counts(),
        new Manifest(
            List.of(
                new RunRef(
                    file("run").at(at.parent().orElseThrow().resolve(new FilePath("run-17"))),
                    HashRange.ALL)),
            STATE.manifest().schemas()),
        Channels.EMPTY);
  }

  @Test
  void theOrderOfTheAnswersDoesNotMatter() {
    CheckpointMetadata other =
        new CheckpointMetadata(METADATA.trigger(), METADATA.acknowledgements().reversed());

    assertThat(CheckpointFormat.write(other)).isEqualTo(CheckpointFormat.write(METADATA));
  }

  @Test
  void aNewerVersionIsRefusedByNumber() throws IOException {
    byte[] newer =
        golden("metadata.json").replace("\"v\" : 1", "\"v\" : 3").getBytes(StandardCharsets.UTF_8);

    assertThatThrownBy(() -> CheckpointFormat.readMetadata(newer, METADATA_AT))
        .isInstanceOf(FormatException.class)
        .hasMessageContaining("format version 3");
  }

  @Test
  void aSubtaskNamedTwiceIsRefused() throws IOException {
    byte[] twice =
        golden("metadata.json")
            .replace("shardId-000000000001", "shardId-000000000000")
            .getBytes(StandardCharsets.UTF_8);

    assertThatThrownBy(() -> CheckpointFormat.readMetadata(twice, METADATA_AT))
        .isInstanceOf(FormatException.class)
        .hasMessageContaining("names a subtask twice");
  }

  private static byte[] goldenBytes(String name) throws IOException {
    return golden(name).getBytes(StandardCharsets.UTF_8);
  }

  private static String golden(String name) throws IOException {
    try (InputStream in =
        Objects.requireNonNull(
            CheckpointFormatTest.class.getResourceAsStream("/golden/" + name), name)) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  private static SubtaskId subtask(String shard) {
    return new SubtaskId(new JobId("flights"), new StageId("delays"), new ShardId(shard));
  }

  private static FileRef file(String path) {
    return new FileRef(
        new FilePath("flights/" + path),
        4_096,
        Sha256.of(path.getBytes(StandardCharsets.US_ASCII)));
  }

  @Test
  void whatIsNoJsonIsToldWithoutTheParsersSettings() {
    FilePath at = new FilePath("flights/chk-1/_metadata");
    assertThatThrownBy(
            () -> CheckpointFormat.readMetadata("garbage".getBytes(StandardCharsets.UTF_8), at))
        .isInstanceOf(FormatException.class)
        .hasMessageContaining("Unrecognized token 'garbage'")
        .hasMessageContaining("at byte")
        .satisfies(e -> assertThat(e.getMessage()).doesNotContain("StreamReadFeature", "Source"));
  }
}
