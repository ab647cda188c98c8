package dev.cairn.coordinator.lambda;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.cairn.checkpoint.Checkpoint;
import dev.cairn.checkpoint.ExpectedSubtasks;
import dev.cairn.checkpoint.Failure;
import dev.cairn.checkpoint.FailureReason;
import dev.cairn.coordinator.ports.Announcement;
import dev.cairn.id.CheckpointId;
import dev.cairn.id.Epoch;
import dev.cairn.id.JobId;
import dev.cairn.job.Halt;
import dev.cairn.job.Request;
import dev.cairn.job.Restoration;
import dev.cairn.metrics.EmbeddedMetrics;
import dev.cairn.storage.FilePath;
import dev.cairn.storage.FileRef;
import dev.cairn.storage.Sha256;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class EventAnnouncerTest {
  private static final Instant NOON = Instant.parse("2026-11-21T12:00:00Z");
  private static final JobId JOB = new JobId("flights");
  private static final Checkpoint.Triggering TRIGGER =
      new Checkpoint.Triggering(
          JOB,
          new CheckpointId(7),
          new Epoch(2),
          NOON.minusMillis(1_250),
          ExpectedSubtasks.of(new TreeSet<>()));

  private final List<String> types = new ArrayList<>();
  private final List<String> details = new ArrayList<>();
  private final List<String> printed = new ArrayList<>();
  private final EmbeddedMetrics log = new EmbeddedMetrics(JOB, () -> NOON, printed::add);
  private final EventAnnouncer announcer =
      new EventAnnouncer(
          JOB,
          (type, detail) -> {
            types.add(type);
            details.add(detail);
          },
          log);

  @Test
  void aCompletedCheckpointSaysWhereItIsAndHowLargeItIs() throws Exception {
    announcer.announce(
        new Announcement.Completed(
            new Checkpoint.Completed(
                TRIGGER,
                NOON,
                new FileRef(new FilePath("m"), 10, Sha256.of(new byte[0])),
                5_000,
                300)));
    assertThat(types).containsExactly("Checkpoint Completed");
    JsonNode detail = last();
    assertThat(detail.get("job").asText()).isEqualTo("flights");
    assertThat(detail.get("epoch").asText()).isEqualTo("2");
    assertThat(detail.get("checkpoint").asText()).isEqualTo("7");
    assertThat(detail.get("cause").asText()).isEqualTo("schedule");
    assertThat(detail.get("path").asText()).isEqualTo("m");
    assertThat(detail.get("durationMillis").asText()).isEqualTo("1250");
  }

  @Test
  void anAbortedOneIsAnEventOnlyIfItCountsAsAFailure() throws Exception {
    announcer.announce(
        new Announcement.Aborted(
            new Checkpoint.Aborted(TRIGGER, NOON, Failure.of(FailureReason.CANCELLED, "stop")), 0));
    assertThat(types).isEmpty();

    announcer.announce(
        new Announcement.Aborted(
            new Checkpoint.Aborted(TRIGGER, NOON, Failure.of(FailureReason.STORAGE, "503")), 2));
    assertThat(types).containsExactly("Checkpoint Failed");
    assertThat(last().get("reason").asText()).isEqualTo("STORAGE");
    assertThat(last().get("failedInARow").asText()).isEqualTo("2");
  }

  @Test
  void restoresAndHaltsAreEvents() throws Exception {
    announcer.announce(
        new Announcement.RestoreBegun(
            Restoration.of(new CheckpointId(7)), new Epoch(3), Optional.of(Request.restore("7"))));
    assertThat(last().get("cause").asText()).isEqualTo("restore 7");
    announcer.announce(new Announcement.RestoreFinished(new Epoch(3)));
    announcer.announce(
        new Announcement.Halted(
            new Epoch(4), new Halt.Failed(Failure.of(FailureReason.USER_CODE, "a null"))));
    assertThat(last().get("message").asText()).isEqualTo("a null");
    announcer.announce(new Announcement.Halted(new Epoch(5), new Halt.Cancelled(false)));
    announcer.announce(new Announcement.Resumed(new Epoch(6)));
    announcer.announce(new Announcement.InProgress(1));
    assertThat(types)
        .containsExactly(
            "Job Restore Begun", "Job Restored", "Job Failed", "Job Halted", "Job Resumed");
  }

  @Test
  void aBusThatFailsIsNamedInTheLogAndStopsNothing() throws Exception {
    EventAnnouncer failing =
        new EventAnnouncer(
            JOB,
            (type, detail) -> {
              throw new IllegalStateException("no such bus");
            },
            log);
    failing.announce(new Announcement.RestoreFinished(new Epoch(3)));

    assertThat(printed).hasSize(1);
    JsonNode line = new ObjectMapper().readTree(printed.getFirst());
    assertThat(line.get("event").asText()).isEqualTo("event not sent");
    assertThat(line.get("type").asText()).isEqualTo("Job Restored");
    assertThat(line.get("message").asText()).contains("no such bus");
  }

  private JsonNode last() throws Exception {
    return new ObjectMapper().readTree(details.getLast());
  }
}
