package dev.cairn.dynamodb;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cairn.checkpoint.Acknowledgement;
import dev.cairn.checkpoint.FailureReason;
import dev.cairn.dynamodb.TableEvents.ItemChange;
import dev.cairn.id.CheckpointId;
import dev.cairn.id.JobId;
import dev.cairn.id.Revision;
import dev.cairn.id.ShardId;
import dev.cairn.id.StageId;
import dev.cairn.id.SubtaskId;
import dev.cairn.job.TableEvent;
import dev.cairn.storage.FilePath;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.Record;

class TableEventsTest {
  private static final JobId JOB = new JobId("flights");
  private static final SubtaskId SUBTASK =
      new SubtaskId(JOB, new StageId("delays"), new ShardId("shardId-000000000003"));
  private static final Map<String, AttributeValue> ACKNOWLEDGEMENT =
      TableLayout.acknowledgementKey(SUBTASK, new CheckpointId(42));
  private static final Map<String, AttributeValue> JOB_KEY = TableLayout.jobKey(JOB);
  private static final Map<String, AttributeValue> GONE = Map.of();

  @Test
  void aNewAcknowledgement() {
    Optional<TableEvent> written =
        Optional.of(new TableEvent.AcknowledgementWritten(JOB, new CheckpointId(42), SUBTASK));

    assertThat(event(ACKNOWLEDGEMENT, GONE, ACKNOWLEDGEMENT)).isEqualTo(written);
    assertThat(
            TableEvents.of(
                Record.builder()
                    .dynamodb(change -> change.keys(ACKNOWLEDGEMENT).newImage(ACKNOWLEDGEMENT))
                    .build()))
        .isEqualTo(written);
  }

  @Test
  void aNewDecline() {
    Map<String, AttributeValue> declined =
        AcknowledgementItems.write(
            new Acknowledgement.Declined(
                SUBTASK, new CheckpointId(42), FailureReason.STORAGE, "no room"),
            Instant.EPOCH);

    assertThat(event(ACKNOWLEDGEMENT, GONE, declined))
        .contains(new TableEvent.CheckpointDeclined(JOB, new CheckpointId(42)));
  }

  @Test
  void anAcknowledgementThatChangesOrGoesIsNoNews() {
    assertThat(event(ACKNOWLEDGEMENT, ACKNOWLEDGEMENT, ACKNOWLEDGEMENT)).isEmpty();
    assertThat(event(ACKNOWLEDGEMENT, ACKNOWLEDGEMENT, GONE)).isEmpty();
  }

  @Test
  void aRequestThatAppears() {
    Optional<TableEvent> requested = Optional.of(new TableEvent.Requested(JOB));

    assertThat(event(JOB_KEY, JOB_KEY, asking(AttributeValue.fromS("5")))).isEqualTo(requested);
    assertThat(event(JOB_KEY, JOB_KEY, asking(AttributeValue.fromN("5")))).isEqualTo(requested);
    assertThat(event(JOB_KEY, GONE, asking(AttributeValue.fromN("5")))).isEqualTo(requested);
  }

  @Test
  void aRequestThatChanges() {
    assertThat(event(JOB_KEY, asking(AttributeValue.fromS("5")), asking(AttributeValue.fromS("6"))))
        .contains(new TableEvent.Requested(JOB));
  }

  @Test
  void aRequestThatStaysOrGoesIsNoNews() {
    Map<String, AttributeValue> asking = asking(AttributeValue.fromS("5"));

    assertThat(event(JOB_KEY, asking, asking)).isEmpty();
    assertThat(event(JOB_KEY, asking, JOB_KEY)).isEmpty();
    assertThat(event(JOB_KEY, asking, GONE)).isEmpty();
  }

  @Test
  void nothingElseIsNews() {
    for (Map<String, AttributeValue> key :
        List.of(
            TableLayout.entryKey(SUBTASK, new Revision(1)),
            TableLayout.checkpointKey(JOB, new CheckpointId(1)),
            TableLayout.registrationKey(SUBTASK),
            TableLayout.fileKey(FilePath.of("JOB")),
            TableLayout.fileKey(FilePath.of("ACK", "JOB")),
            JOB_KEY)) {
      assertThat(event(key, GONE, key)).isEmpty();
    }
  }

  private static Optional<TableEvent> event(
      Map<String, AttributeValue> key,
      Map<String, AttributeValue> before,
      Map<String, AttributeValue> after) {
    return TableEvents.of(new ItemChange(key, before, after));
  }

  private static Map<String, AttributeValue> asking(AttributeValue checkpoint) {
    Map<String, AttributeValue> job = new HashMap<>(JOB_KEY);
    job.put("restoreCheckpointId", checkpoint);
    return job;
  }
}
