package dev.cairn.coordinator.lambda;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.cairn.checkpoint.Checkpoint;
import dev.cairn.checkpoint.ExpectedSubtasks;
import dev.cairn.checkpoint.Failure;
import dev.cairn.checkpoint.FailureReason;
import dev.cairn.coordinator.ports.Announcement;
import dev.cairn.damage.Damage;
import dev.cairn.damage.ScrubProgress;
import dev.cairn.id.CheckpointId;
import dev.cairn.id.Epoch;
import dev.cairn.id.JobId;
import dev.cairn.job.Halt;
import dev.cairn.job.JobStatus;
import dev.cairn.job.MappingProblem;
import dev.cairn.job.Request;
import dev.cairn.job.Restoration;
import dev.cairn.metrics.EmbeddedMetrics;
import dev.cairn.storage.FilePath;
import dev.cairn.storage.FileRef;
import dev.cairn.storage.Sha256;
import dev.cairn.storage.StorageException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
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
          ExpectedSubtasks.of(new TreeSet<>()));

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
            "lastCompletedCheckpointId",
            "lastCheckpointDuration",
            "lastCheckpointSize",
            "lastCheckpointFullSize");
    assertThat(directive.get("Metrics").findValuesAsText("Unit"))
        .containsExactly("Count", "Count", "Count", "Milliseconds", "Bytes", "Bytes");
    assertThat(line.get("lastCompletedCheckpointId").asLong()).isEqualTo(7);
    assertThat(line.get("lastCheckpointExternalPath").asText()).isEqualTo("m");
    assertThat(line.get("cause").asText()).isEqualTo("schedule");
  }

  @Test
  void anAbortedOneSaysWhyAndHowManyFailedInARow() throws Exception {
    JsonNode line =
        announce(
            new Announcement.Aborted(
                new Checkpoint.Aborted(
                    TRIGGER, NOON, Failure.of(FailureReason.STORAGE, "a \"reason\"")),
                3));
    assertThat(line.get("checkpoint").asText()).isEqualTo("7");
    assertThat(line.get("epoch").asText()).isEqualTo("2");
    assertThat(line.get("reason").asText()).isEqualTo("STORAGE");
    assertThat(line.get("message").asText()).isEqualTo("a \"reason\"");
    assertThat(line.get("advice").asText()).isEqualTo(FailureReason.STORAGE.advice());
    assertThat(line.get("numberOfFailedCheckpoints").asLong()).isEqualTo(1);
    assertThat(line.get("numberOfFailedCheckpointsInARow").asLong()).isEqualTo(3);
  }

  @Test
  void restoresAreCountedWithWhatWasAskedFor() throws Exception {
    JsonNode begun =
        announce(
            new Announcement.RestoreBegun(
                Restoration.of(new CheckpointId(7)),
                new Epoch(3),
                Optional.of(Request.restore("7"))));
    assertThat(begun.get("cause").asText()).isEqualTo("restore 7");
    assertThat(begun.get("checkpoint").asText()).isEqualTo("7");
    assertThat(begun.get("lastCheckpointRestoreTimestamp").asLong()).isEqualTo(NOON.toEpochMilli());
    assertThat(begun.has("numRestarts")).isFalse();
    assertThat(begun.get("numberOfRestores").asLong()).isEqualTo(1);
    assertThat(begun.get("epoch").asText()).isEqualTo("3");

    JsonNode refused =
        announce(new Announcement.Refused(Request.restore("x"), "no such checkpoint"));
    assertThat(refused.get("numberOfRefusedRequests").asLong()).isEqualTo(1);
    assertThat(refused.get("request").asText()).isEqualTo("restore x");

    JsonNode finished = announce(new Announcement.RestoreFinished(new Epoch(3)));
    assertThat(finished.get("event").asText()).isEqualTo("restore finished");
    assertThat(finished.has("_aws")).as("a line without a metric is a line only").isFalse();

    JsonNode byItself =
        announce(
            new Announcement.RestoreBegun(Restoration.ofNothing(), new Epoch(4), Optional.empty()));
    assertThat(byItself.get("numRestarts").asLong()).isEqualTo(1);
    assertThat(byItself.get("fullRestarts").asLong()).isEqualTo(1);
    assertThat(byItself.get("from").asText()).isEqualTo("the beginning of the stream");
  }

  @Test
  void whatIsWrongWithTheMappingIsCountedAndHasALineForEach() throws Exception {
    announcer.announce(
        new Announcement.MappingChecked(
            List.of(
                new MappingProblem(MappingProblem.Kind.FILTERED, "it has FilterCriteria"),
                new MappingProblem(MappingProblem.Kind.PARALLEL, "it has a factor"))));

    ObjectMapper json = new ObjectMapper();
    assertThat(lines).hasSize(3);
    assertThat(json.readTree(lines.getFirst()).get("numberOfMappingProblems").asLong())
        .isEqualTo(2);
    JsonNode second = json.readTree(lines.get(2));
    assertThat(second.get("event").asText()).isEqualTo("mapping problem");
    assertThat(second.get("kind").asText()).isEqualTo("PARALLEL");
    assertThat(second.get("message").asText()).isEqualTo("it has a factor");
    assertThat(
            announce(new Announcement.MappingChecked(List.of()))
                .get("numberOfMappingProblems")
                .asLong())
        .isZero();
  }

  /** Or an alarm on the metric would stay on for good. */
  @Test
  void aJobThatIsNoLongerFailedSaysSo() throws Exception {
    JobStatus failed =
        new JobStatus.Halted(
            new Halt.Failed(Failure.of(FailureReason.STORAGE, "the bucket is gone")));
    assertThat(
            announce(new Announcement.Moved(new Epoch(2), failed, new JobStatus.Resuming()))
                .get("numberOfFailedJobs")
                .asLong())
        .isZero();
    assertThat(
            announce(
                    new Announcement.Moved(
                        new Epoch(2), new JobStatus.Resuming(), new JobStatus.Running()))
                .has("numberOfFailedJobs"))
        .isFalse();
  }

  @Test
  void tellsEachMinuteWhatFails() throws Exception {
    JsonNode healthy = announce(new Announcement.Health(2, false));
    assertThat(healthy.get("numberOfFailingSubtasks").asLong()).isEqualTo(2);
    assertThat(healthy.get("jobFailed").asLong()).isZero();
    assertThat(announce(new Announcement.Health(0, true)).get("jobFailed").asLong()).isEqualTo(1);
  }

  @Test
  void whatHoldsUpASplitOrAMergeIsCounted() throws Exception {
    JsonNode found = announce(new Announcement.Resharding(1, 2, 3, 4));
    assertThat(found.get("numberOfUndrainedShards").asLong()).isEqualTo(1);
    assertThat(found.get("numberOfWaitingShards").asLong()).isEqualTo(2);
    assertThat(found.get("numberOfExpiredShards").asLong()).isEqualTo(3);
    assertThat(found.get("numberOfUncoveredHashRanges").asLong()).isEqualTo(4);
  }

  @Test
  void everyDecisionIsALineWithItsIdsAsFields() throws Exception {
    Checkpoint.Pending pending = new Checkpoint.Pending(TRIGGER, new TreeSet<>());
    JsonNode triggered = announce(new Announcement.Triggered(pending));
    assertThat(triggered.get("event").asText()).isEqualTo("checkpoint triggered");
    assertThat(triggered.get("checkpoint").asText()).isEqualTo("7");
    assertThat(triggered.get("totalNumberOfCheckpoints").asLong()).isEqualTo(7);

    JsonNode asked = announce(new Announcement.AcksRequested(pending, 3, 2, 1));
    assertThat(asked.get("asked").asText()).isEqualTo("3");
    assertThat(asked.get("carriedForward").asText()).isEqualTo("2");
    assertThat(asked.get("woken").asText()).isEqualTo("1");

    assertThat(
            announce(new Announcement.InProgress(2)).get("numberOfInProgressCheckpoints").asLong())
        .isEqualTo(2);

    JsonNode moved =
        announce(
            new Announcement.Moved(
                new Epoch(3), new JobStatus.Running(), new JobStatus.Resuming()));
    assertThat(moved.get("from").asText()).isEqualTo("RUNNING");
    assertThat(moved.get("to").asText()).isEqualTo("RESUMING");
    assertThat(moved.get("Job").asText()).isEqualTo("flights");
    assertThat(moved.get("time").asText()).isEqualTo(NOON.toString());

    JsonNode served = announce(new Announcement.Accepted(Request.command("stop"), new Epoch(3)));
    assertThat(served.get("request").asText()).isEqualTo("stop");
    JsonNode postponed = announce(new Announcement.Postponed("restore 7", "S3 says 503"));
    assertThat(postponed.get("message").asText()).isEqualTo("S3 says 503");
  }

  @Test
  void damagedFilesAreAGaugeThatFallsAgain() throws Exception {
    Damage damage =
        new Damage(
            new FileRef(new FilePath("run"), 10, Sha256.of(new byte[0])),
            "it is missing",
            NOON,
            new TreeSet<>(List.of(new CheckpointId(7), new CheckpointId(8))),
            new TreeSet<>(),
            true);
    JsonNode found = announce(new Announcement.FileDamaged(damage, 2));
    assertThat(found.get("event").asText()).isEqualTo("file damaged");
    assertThat(found.get("file").asText()).isEqualTo("run");
    assertThat(found.get("message").asText()).isEqualTo("it is missing");
    assertThat(found.get("checkpoints").asText()).isEqualTo("7,8");
    assertThat(found.get("numberOfDamagedFiles").asLong()).isEqualTo(2);

    JsonNode over = announce(new Announcement.DamageCleared(damage, 1));
    assertThat(over.get("numberOfDamagedFiles").asLong()).isEqualTo(1);

    JsonNode scrubbed =
        announce(new Announcement.Scrubbed(new ScrubProgress.Finished(NOON, 9, 5_000, NOON), 0));
    assertThat(scrubbed.get("numberOfDamagedFiles").asLong()).isZero();
    assertThat(scrubbed.get("lastScrubSize").asLong()).isEqualTo(5_000);
    assertThat(scrubbed.get("files").asText()).isEqualTo("9");

    JsonNode not =
        announce(new Announcement.NotScrubbed(damage.file(), new StorageException("S3 says 503")));
    assertThat(not.get("message").asText()).isEqualTo("S3 says 503");
  }

  private JsonNode announce(Announcement announcement) throws Exception {
    lines.clear();
    announcer.announce(announcement);
    assertThat(lines).hasSize(1);
    assertThat(lines.getFirst()).doesNotContain("\n");
    return new ObjectMapper().readTree(lines.getFirst());
  }
}
