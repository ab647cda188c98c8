package dev.cairn.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cairn.format.FormatException;
import dev.cairn.id.CheckpointId;
import dev.cairn.id.Epoch;
import dev.cairn.id.JobId;
import dev.cairn.id.Position;
import dev.cairn.id.SequenceNumber;
import dev.cairn.id.ShardId;
import dev.cairn.id.StageId;
import dev.cairn.id.SubtaskId;
import dev.cairn.state.Channels;
import dev.cairn.state.Counts;
import dev.cairn.state.HashRange;
import dev.cairn.state.Manifest;
import dev.cairn.state.Origin;
import dev.cairn.state.RunRef;
import dev.cairn.state.Start;
import dev.cairn.state.StateSchema;
import dev.cairn.storage.FilePath;
import dev.cairn.storage.FileRef;
import dev.cairn.storage.Sha256;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
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
              Expected.of(
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
          new Origin(new Start.AtTimestamp(Instant.parse("2026-11-21T09:00:00Z")), HashRange.ALL),
          Position.after(
              new SequenceNumber("49590338271490256608559692540925702759324208523137515618")),
          Optional.of(
              new SequenceNumber("49590338271490256608559692538361571095921575989136588898")),
          new Counts(1_000_000, 3),
          new Manifest(
              List.of(new RunRef(file("shared/run-1"), HashRange.ALL)),
              List.of(new StateSchema("delays", "value", "string,long"))),
          Channels.EMPTY);

  @Test
  void writesTheSameMetadataAsEver() throws IOException {
    assertThat(new String(CheckpointFormat.write(METADATA), StandardCharsets.UTF_8))
        .isEqualTo(golden("metadata.json"));
  }

  @Test
  void readsMetadataAsEver() throws IOException {
    assertThat(
            CheckpointFormat.readMetadata(golden("metadata.json").getBytes(StandardCharsets.UTF_8)))
        .isEqualTo(METADATA);
  }

  @Test
  void writesTheSameStateFileAsEver() throws IOException {
    assertThat(new String(CheckpointFormat.write(STATE), StandardCharsets.UTF_8))
        .isEqualTo(golden("state.json"));
  }

  @Test
  void readsAStateFileAsEver() throws IOException {
    assertThat(CheckpointFormat.readState(golden("state.json").getBytes(StandardCharsets.UTF_8)))
        .isEqualTo(STATE);
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
        golden("metadata.json").replace("\"v\" : 1", "\"v\" : 2").getBytes(StandardCharsets.UTF_8);

    assertThatThrownBy(() -> CheckpointFormat.readMetadata(newer))
        .isInstanceOf(FormatException.class)
        .hasMessageContaining("format version 2");
  }

  @Test
  void aSubtaskNamedTwiceIsRefused() throws IOException {
    byte[] twice =
        golden("metadata.json")
            .replace("shardId-000000000001", "shardId-000000000000")
            .getBytes(StandardCharsets.UTF_8);

    assertThatThrownBy(() -> CheckpointFormat.readMetadata(twice))
        .isInstanceOf(FormatException.class)
        .hasMessageContaining("names a subtask twice");
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
}
