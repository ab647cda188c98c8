package dev.cairn.coordinator.lambda;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cairn.coordinator.ports.Event;
import dev.cairn.id.CheckpointId;
import dev.cairn.id.JobId;
import dev.cairn.id.ShardId;
import dev.cairn.id.StageId;
import dev.cairn.id.SubtaskId;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.time.Instant;
import java.util.Locale;
import java.util.SequencedSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Payloads as their sources send them → what the coordinator is asked for. */
class PayloadReaderTest {
  private static final JobId JOB = new JobId("flights");

  @Test
  void theRulesConstantInputIsItsTick() throws IOException {
    assertThat(read("{\"cairn\":\"tick\"}")).containsExactly(new CoordinatorPayload.Scheduled());
  }

  @Test
  void aCommandIsAnybodysOwn() throws IOException {
    assertThat(read("{\"cairn\":\"savepoint before-upgrade\"}"))
        .containsExactly(new CoordinatorPayload.Commanded("savepoint before-upgrade"));
    // What is wrong with it is said in the answer.
    assertThat(read("{\"cairn\":\"make it so\"}"))
        .containsExactly(new CoordinatorPayload.Commanded("make it so"));
  }

  @Test
  void aQueuedTickQueuesNoOthersAndSaysWhenItIsTooLate() throws IOException {
    Instant until = Instant.parse("2026-11-21T12:00:12.5Z");
    String message = queued(PayloadReader.tick(until));
    assertThat(read(batch(message + "," + message)))
        .containsExactly(new CoordinatorPayload.Delayed(until));
  }

  @Test
  void aQueuedTickOfTheVersionBeforeIsNeverTooLate() throws IOException {
    assertThat(read(batch(queued(PayloadReader.TICK))))
        .containsExactly(new CoordinatorPayload.Delayed(Instant.MAX));
  }

  @Test
  void aQueuedTickWithAnotherTimeIsRefused() {
    assertThatThrownBy(() -> read(batch(queued("{\"cairn\":\"tick\",\"until\":\"soon\"}"))))
        .isInstanceOf(MalformedPayloadException.class)
        .hasMessage(
            "a message of the tick queue has no time in \"until\":"
                + " {\"cairn\":\"tick\",\"until\":\"soon\"}");
  }

  private static String queued(String body) {
    return "{\"messageId\":\"1\",\"body\":\""
        + body.replace("\"", "\\\"")
        + "\",\"attributes\":{},\"eventSource\":\"aws:sqs\"}";
  }

  @Test
  void aNewAcknowledgementNamesItsCheckpoint() throws IOException {
    assertThat(read(batch(inserted("ACK#flights#42#a", "aircraft/shardId-000000000001"))))
        .containsExactly(acknowledged(42, "shardId-000000000001"));
  }

  @Test
  void manyAcknowledgementsOfOneCheckpointAreOneThingToDo() throws IOException {
    String first = inserted("ACK#flights#42#a", "aircraft/shardId-000000000001");
    String second = inserted("ACK#flights#42#a", "aircraft/shardId-000000000002");
    String other = inserted("ACK#flights#43#0", "aircraft/shardId-000000000002");
    assertThat(read(batch(first + "," + second + "," + other)))
        .containsExactly(
            acknowledged(42, "shardId-000000000001", "shardId-000000000002"),
            acknowledged(43, "shardId-000000000002"));
  }

  private static CoordinatorPayload acknowledged(long checkpoint, String... shards) {
    return new CoordinatorPayload.Received(
        new Event.Acknowledged(
            JOB,
            new CheckpointId(checkpoint),
            Stream.of(shards)
                .map(shard -> new SubtaskId(JOB, new StageId("aircraft"), new ShardId(shard)))
                .collect(Collectors.toSet())));
  }

  @Test
  void aDeclineIsTold() throws IOException {
    String declined =
        inserted("ACK#flights#42#a", "aircraft/shardId-000000000001")
            .replace("\"size\":{\"N\":\"12\"}", "\"status\":{\"S\":\"DECLINED\"}");
    assertThat(read(batch(declined)))
        .containsExactly(
            new CoordinatorPayload.Received(new Event.Declined(JOB, new CheckpointId(42))));
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      value = {
        "text      | {\"S\":\"7\"}",
        "a number  | {\"N\":\"7\"}",
        "bytes     | {\"B\":\"Nw==\"}",
        "a list    | {\"L\":[{\"N\":\"7\"}]}",
        "a map     | {\"M\":{\"id\":{\"NULL\":true}}}",
        "a truth   | {\"BOOL\":true}",
        "a set     | {\"NS\":[\"7\"]}",
        "texts     | {\"SS\":[\"7\"]}",
        "many bytes| {\"BS\":[\"Nw==\"]}"
      })
  void aRequestToRestoreIsOneWhateverWasTyped(String what, String typed) throws IOException {
    assertThat(read(batch(requested("JOB#flights", typed))))
        .containsExactly(new CoordinatorPayload.Received(new Event.Requested(JOB)));
  }

  @Test
  void whatConcernsNobodyOrAnotherJobIsNoTrigger() throws IOException {
    assertThat(read(batch(inserted("JOURNAL#flights/aircraft/shardId-000000000001", "7"))))
        .isEmpty();
    assertThat(read(batch(requested("JOB#others", "{\"S\":\"7\"}")))).isEmpty();
    assertThat(read(batch(inserted("ACK#others#42#a", "aircraft/shardId-000000000001")))).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{}                             | check what else is configured to invoke the coordinator",
        "[1]                            | check what else is configured to invoke the coordinator",
        "{\"Records\":[]}               | check what else is configured to invoke the coordinator",
        "{\"Records\":[{\"eventSource\":\"aws:s3\"}]} | aws:s3, which is no source of the"
            + " coordinator",
        "{\"Records\":[{\"eventSource\":\"aws:sqs\",\"body\":\"{}\"}]} | is not"
            + " {\"cairn\":\"tick\"} but: {}",
        "{\"Records\":[{\"eventSource\":\"aws:sqs\",\"body\":\"hello\"}]} | body is not JSON",
        "{\"Records                     | the event is not JSON",
        "{\"Records\":[{\"eventSource\":\"aws:dynamodb\",\"dynamodb\":{\"Keys\":{\"pk\":{\"X\":1}}}}]}"
            + " | has the type X",
      })
  void whatNoSourceSendsIsRefusedByWhatItIs(String payload, String reason) {
    assertThatThrownBy(() -> read(payload))
        .isInstanceOf(MalformedPayloadException.class)
        .hasMessageContaining(reason);
  }

  private static SequencedSet<CoordinatorPayload> read(String payload) throws IOException {
    return PayloadReader.read(new ByteArrayInputStream(payload.getBytes(UTF_8)), JOB);
  }

  private static String batch(String items) {
    return "{\"Records\":[" + items + "]}";
  }

  private static String inserted(String pk, String sk) {
    return String.format(
        Locale.ROOT,
        """
        {"eventID":"1","eventName":"INSERT","eventVersion":"1.1","eventSource":"aws:dynamodb",
         "awsRegion":"us-east-1","dynamodb":{"ApproximateCreationDateTime":1.7636544E9,
         "Keys":{"pk":{"S":"%1$s"},"sk":{"S":"%2$s"}},
         "NewImage":{"pk":{"S":"%1$s"},"sk":{"S":"%2$s"},"size":{"N":"12"}},
         "SequenceNumber":"1","SizeBytes":10,"StreamViewType":"NEW_AND_OLD_IMAGES"}}\
        """,
        pk,
        sk);
  }

  private static String requested(String pk, String typed) {
    return String.format(
        Locale.ROOT,
        """
        {"eventID":"2","eventName":"MODIFY","eventSource":"aws:dynamodb","dynamodb":{
         "Keys":{"pk":{"S":"%1$s"},"sk":{"S":"JOB"}},
         "OldImage":{"pk":{"S":"%1$s"},"sk":{"S":"JOB"}},
         "NewImage":{"pk":{"S":"%1$s"},"sk":{"S":"JOB"},"restoreCheckpointId":%2$s}}}\
        """,
        pk,
        typed);
  }
}
