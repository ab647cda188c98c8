package dev.cairn.coordinator.lambda;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.cairn.checkpoint.Checkpoint;
import dev.cairn.checkpoint.Expected;
import dev.cairn.coordinator.Announcement;
import dev.cairn.id.CheckpointId;
import dev.cairn.id.Epoch;
import dev.cairn.id.JobId;
import dev.cairn.metrics.EmbeddedMetrics;
import dev.cairn.storage.FilePath;
import dev.cairn.storage.FileRef;
import dev.cairn.storage.Sha256;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** What is printed, read as CloudWatch reads it. */
class MetricAnnouncerTest {
  private static final Instant NOON = Instant.parse("2026-11-21T12:00:00Z");
  private static final JobId JOB = new JobId("flights");
  private static final Checkpoint.Triggering TRIGGER =
      new Checkpoint.Triggering(
          JOB,
          new CheckpointId(7),
          new Epoch(2),
          NOON.minusMillis(1_250),
          Expected.of(new TreeSet<>()));

  private final List<String> lines = new ArrayList<>();
  private final MetricAnnouncer announcer =
      new MetricAnnouncer(new EmbeddedMetrics(JOB, () -> NOON, lines::add));

  @Test
  void aCompletedCheckpointHasFlinksMetrics() throws Exception {
    FileRef metadata = new FileRef(new FilePath("m"), 10, Sha256.of(new byte[0]));
    JsonNode line =
        announce(
            new Announcement.Completed(
                new Checkpoint.Completed(TRIGGER, NOON, metadata, 5_000, 300)));

    assertThat(line.get("Job").asText()).isEqualTo("flights");
    assertThat(line.get("checkpoint").asText()).isEqualTo("7");
    assertThat(line.get("numberOfCompletedCheckpoints").asLong()).isEqualTo(1);
    assertThat(line.get("numberOfFailedCheckpointsInARow").asLong()).isZero();
    assertThat(line.get("lastCheckpointDuration").asLong()).isEqualTo(1_250);
    assertThat(line.get("lastCheckpointSize").asLong()).isEqualTo(300);
    assertThat(line.get("lastCheckpointFullSize").asLong()).isEqualTo(5_000);
    assertThat(line.get("_aws").get("Timestamp").asLong()).isEqualTo(NOON.toEpochMilli());
    JsonNode directive = line.get("_aws").get("CloudWatchMetrics").get(0);
    assertThat(directive.get("Namespace").asText()).isEqualTo("Cairn");
    assertThat(directive.get("Dimensions").get(0).get(0).asText()).isEqualTo("Job");
    assertThat(directive.get("Metrics").findValuesAsText("Name"))
        .containsExactly(
            "numberOfCompletedCheckpoints",
            "numberOfFailedCheckpointsInARow",
            "lastCheckpointDuration",
            "lastCheckpointSize",
            "lastCheckpointFullSize");
    assertThat(directive.get("Metrics").findValuesAsText("Unit"))
        .containsExactly("Count", "Count", "Milliseconds", "Bytes", "Bytes");
  }

  @Test
  void anAbortedOneSaysWhyAndHowManyFailedInARow() throws Exception {
    JsonNode line =
        announce(
            new Announcement.Aborted(new Checkpoint.Aborted(TRIGGER, NOON, "a \"reason\""), 3));
    assertThat(line.get("reason").asText()).isEqualTo("a \"reason\"");
    assertThat(line.get("numberOfFailedCheckpoints").asLong()).isEqualTo(1);
    assertThat(line.get("numberOfFailedCheckpointsInARow").asLong()).isEqualTo(3);
  }

  @Test
  void restoresAreCountedWithWhatWasAskedFor() throws Exception {
    JsonNode begun = announce(new Announcement.RestoreBegun(new CheckpointId(7), new Epoch(3)));
    assertThat(begun.get("numberOfRestores").asLong()).isEqualTo(1);
    assertThat(begun.get("epoch").asText()).isEqualTo("3");

    JsonNode refused = announce(new Announcement.RestoreRefused("x", "no such checkpoint"));
    assertThat(refused.get("numberOfRefusedRestores").asLong()).isEqualTo(1);
    assertThat(refused.get("checkpoint").asText()).isEqualTo("x");

    JsonNode finished = announce(new Announcement.RestoreFinished(new Epoch(3)));
    assertThat(finished.get("event").asText()).isEqualTo("restore finished");
  }

  private JsonNode announce(Announcement announcement) throws Exception {
    lines.clear();
    announcer.announce(announcement);
    assertThat(lines).hasSize(1);
    assertThat(lines.getFirst()).doesNotContain("\n");
    return new ObjectMapper().readTree(lines.getFirst());
  }
}
