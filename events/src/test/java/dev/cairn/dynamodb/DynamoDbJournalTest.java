package dev.cairn.dynamodb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cairn.checkpoint.Acknowledgement;
import dev.cairn.format.FormatException;
import dev.cairn.id.CheckpointId;
import dev.cairn.id.EntryId;
import dev.cairn.id.Epoch;
import dev.cairn.id.JobId;
import dev.cairn.id.Position;
import dev.cairn.id.Revision;
import dev.cairn.id.ShardId;
import dev.cairn.id.StageId;
import dev.cairn.id.SubtaskId;
import dev.cairn.journal.Entry;
import dev.cairn.journal.Journal.Append;
import dev.cairn.journal.OutcomeUnknownException;
import dev.cairn.retry.Backoff;
import dev.cairn.state.Channels;
import dev.cairn.state.Counts;
import dev.cairn.state.HashRange;
import dev.cairn.state.Origin;
import dev.cairn.state.StartPosition;
import dev.cairn.state.StateHandle;
import dev.cairn.storage.DamagedFileException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.awscore.exception.AwsErrorDetails;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.core.exception.ApiCallTimeoutException;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.CancellationReason;
import software.amazon.awssdk.services.dynamodb.model.ConditionalCheckFailedException;
import software.amazon.awssdk.services.dynamodb.model.DynamoDbException;
import software.amazon.awssdk.services.dynamodb.model.InternalServerErrorException;
import software.amazon.awssdk.services.dynamodb.model.ProvisionedThroughputExceededException;
import software.amazon.awssdk.services.dynamodb.model.QueryResponse;
import software.amazon.awssdk.services.dynamodb.model.TransactWriteItemsRequest;
import software.amazon.awssdk.services.dynamodb.model.TransactionCanceledException;
import software.amazon.awssdk.services.dynamodb.model.TransactionConflictException;
import software.amazon.awssdk.services.dynamodb.model.TransactionInProgressException;

/** What a failure of DynamoDB means to whoever appends. */
class DynamoDbJournalTest {
  private static final String NONE = "None";
  private static final String CONDITION = "ConditionalCheckFailed";
  private static final String CONFLICT = "TransactionConflict";
  private static final SubtaskId SUBTASK =
      new SubtaskId(
          new JobId("flights"), new StageId("delays"), new ShardId("shardId-000000000003"));

  private final ScriptedDynamoDb dynamoDb = new ScriptedDynamoDb();
  private final List<Duration> pauses = new ArrayList<>();
  private final DynamoDbJournal journal =
      new DynamoDbJournal(dynamoDb, "cairn", new Backoff(3, Duration.ofMillis(10), pauses::add));

  @Test
  void aConditionThatFailsIsAnAnswer() {
    dynamoDb.failures.add(
        ConditionalCheckFailedException.builder().statusCode(400).message("no").build());

    assertThat(journal.append(SUBTASK, entry())).isEqualTo(Append.TAKEN);
    assertThat(dynamoDb.requests).hasSize(1);
  }

  static Stream<RuntimeException> turnedAway() {
    return Stream.of(
        TransactionConflictException.builder().statusCode(400).message("conflict").build(),
        ProvisionedThroughputExceededException.builder()
            .statusCode(400)
            .message("slow down")
            .awsErrorDetails(
                AwsErrorDetails.builder()
                    .errorCode("ProvisionedThroughputExceededException")
                    .build())
            .build(),
        DynamoDbException.builder()
            .statusCode(400)
            .message("modified by a request in another Region")
            .awsErrorDetails(
                AwsErrorDetails.builder().errorCode("ReplicatedWriteConflictException").build())
            .build());
  }

  @ParameterizedTest
  @MethodSource("turnedAway")
  void whatWasTurnedAwayIsTriedAgain(RuntimeException failure) {
    dynamoDb.failures.addAll(List.of(failure, failure));

    assertThat(journal.append(SUBTASK, entry())).isEqualTo(Append.APPENDED);
    assertThat(pauses).containsExactly(Duration.ofMillis(10), Duration.ofMillis(20));
    assertThat(dynamoDb.requests).hasSize(3).containsOnly(dynamoDb.requests.getFirst());
  }

  @ParameterizedTest
  @MethodSource("turnedAway")
  void whatIsTurnedAwayForLongIsLeftToTheCaller(RuntimeException failure) {
    dynamoDb.failures.addAll(List.of(failure, failure, failure));

    assertThatThrownBy(() -> journal.append(SUBTASK, entry()))
        .isInstanceOf(OutcomeUnknownException.class);
    assertThat(dynamoDb.requests).hasSize(3);
  }

  static Stream<RuntimeException> unanswered() {
    return Stream.of(
        InternalServerErrorException.builder().statusCode(500).message("internal").build(),
        DynamoDbException.builder().statusCode(503).message("unavailable").build(),
        SdkClientException.create("connection reset"),
        ApiCallTimeoutException.create(2_000));
  }

  @ParameterizedTest
  @MethodSource("unanswered")
  void whatWasNotAnsweredMayHaveHappened(RuntimeException failure) {
    dynamoDb.failures.add(failure);

    assertThatThrownBy(() -> journal.append(SUBTASK, entry()))
        .isInstanceOf(OutcomeUnknownException.class)
        .hasCause(failure)
        .hasMessageContaining("table cairn did not respond")
        .hasMessageContaining("append Snapshotted entry-4 at " + SUBTASK + " 4");
    assertThat(dynamoDb.requests).hasSize(1);
  }

  @Test
  void aRequestThatIsWrongIsNotAnUnknownOutcome() {
    dynamoDb.failures.add(
        DynamoDbException.builder().statusCode(400).message("item too large").build());

    assertThatThrownBy(() -> journal.append(SUBTASK, entry()))
        .isInstanceOf(DynamoDbException.class)
        .hasMessageContaining("item too large");
  }

  @Test
  void cancellationsAreToldApart() {
    assertThat(snapshotCancelledBy(CONDITION, NONE)).isEqualTo(Append.TAKEN);
    assertThat(snapshotCancelledBy(CONDITION, CONDITION)).isEqualTo(Append.TAKEN);
    assertThat(snapshotCancelledBy(CONDITION, CONFLICT)).isEqualTo(Append.TAKEN);
    assertThat(snapshotCancelledBy(NONE, CONDITION)).isEqualTo(Append.ACKNOWLEDGED_ALREADY);
    assertThat(pauses).isEmpty();
  }

  @Test
  void aConflictAtTheRevisionSaysNothingOfTheAcknowledgement() {
    assertThat(snapshotCancelledBy(CONFLICT, CONDITION)).isEqualTo(Append.APPENDED);
    assertThat(pauses).hasSize(1);
  }

  @ParameterizedTest
  @ValueSource(strings = {CONFLICT, "ThrottlingError", "ProvisionedThroughputExceeded"})
  void aTransactionThatWasTurnedAwayIsTriedAgain(String reason) {
    assertThat(snapshotCancelledBy(NONE, reason)).isEqualTo(Append.APPENDED);
    assertThat(pauses).hasSize(1);
  }

  @Test
  void aTransactionInProgressIsAskedForAgainByItsToken() {
    RuntimeException inProgress =
        TransactionInProgressException.builder().statusCode(400).message("in progress").build();
    dynamoDb.failures.add(inProgress);
    dynamoDb.failures.add(
        TransactionConflictException.builder().statusCode(400).message("conflict").build());

    assertThat(appendAcknowledged()).isEqualTo(Append.APPENDED);
    assertThat(dynamoDb.requests)
        .hasSize(3)
        .containsOnly(dynamoDb.requests.getFirst())
        .extracting(request -> ((TransactWriteItemsRequest) request).clientRequestToken())
        .doesNotContainNull();

    dynamoDb.requests.clear();
    dynamoDb.failures.addAll(List.of(inProgress, inProgress, inProgress));
    assertThatThrownBy(this::appendAcknowledged).isInstanceOf(OutcomeUnknownException.class);
  }

  /** A transaction that is decided upon anew must not be answered as an earlier one was. */
  @Test
  void eachTransactionHasATokenOfItsOwn() {
    appendAcknowledged();
    appendAcknowledged();

    assertThat(dynamoDb.requests)
        .extracting(request -> ((TransactWriteItemsRequest) request).clientRequestToken())
        .doesNotHaveDuplicates();
  }

  @Test
  void aTransactionThatIsWrongIsNotAnAnswer() {
    assertThatThrownBy(() -> snapshotCancelledBy("ValidationError", NONE))
        .isInstanceOf(TransactionCanceledException.class);
  }

  private Append snapshotCancelledBy(String... reasons) {
    dynamoDb.failures.add(
        TransactionCanceledException.builder()
            .statusCode(400)
            .message("cancelled")
            .cancellationReasons(
                Stream.of(reasons)
                    .map(code -> CancellationReason.builder().code(code).build())
                    .toList())
            .build());
    return appendAcknowledged();
  }

  private Append appendAcknowledged() {
    Acknowledgement.Acknowledged acknowledgement =
        new Acknowledgement.Acknowledged(SUBTASK, new CheckpointId(2), Optional.empty(), 0, 0);
    return journal.append(SUBTASK, entry(), acknowledgement);
  }

  @Test
  void readsAnItemThatAgreesWithItsBody() {
    assertThat(readWith(Map.of())).containsExactly(entry());
  }

  static Stream<Map<String, AttributeValue>> damages() {
    return Stream.of(
        Map.of("kind", AttributeValue.fromS("Closed")),
        Map.of("id", AttributeValue.fromS("entry-5")),
        Map.of("epoch", AttributeValue.fromN("2")),
        Map.of("sk", AttributeValue.fromS("00000000000000000005")),
        Map.of("body", AttributeValue.fromB(SdkBytes.fromByteArray(new byte[] {1, 2}))),
        Map.of("body", AttributeValue.fromS("text")),
        Map.of("v", AttributeValue.fromS("one")));
  }

  @ParameterizedTest
  @MethodSource("damages")
  void refusesAnItemThatDoesNot(Map<String, AttributeValue> damage) {
    assertThatThrownBy(() -> readWith(damage))
        .isInstanceOf(DamagedFileException.class)
        .hasMessageContaining(
            "item JOURNAL#flights/delays/shardId-000000000003 0000000000000000000")
        .hasMessageContaining("is damaged");
  }

  @Test
  void aNewerEntryIsNotDamage() {
    assertThatThrownBy(() -> readWith(Map.of("v", AttributeValue.fromN("3"))))
        .isInstanceOf(FormatException.class)
        .hasMessageContaining("has format 3");
  }

  private List<Entry> readWith(Map<String, AttributeValue> changed) {
    Map<String, AttributeValue> item = new HashMap<>(EntryItems.write(SUBTASK, entry()));
    item.putAll(changed);
    dynamoDb.queried = QueryResponse.builder().items(List.of(item)).build();
    return journal.after(SUBTASK, new Revision(3));
  }

  private static Entry.Snapshotted entry() {
    return new Entry.Snapshotted(
        new Entry.Header(
            new Revision(4),
            new EntryId("entry-4"),
            Optional.of(new EntryId("entry-3")),
            new Epoch(1),
            Position.beginning(),
            Position.beginning(),
            Optional.empty(),
            Counts.NONE,
            Entry.Writer.MAPPING,
            Instant.EPOCH,
            Optional.empty(),
            false,
            Optional.empty()),
        new CheckpointId(2),
        new Origin(new StartPosition.TrimHorizon(), HashRange.ALL),
        StateHandle.EMPTY,
        Channels.EMPTY);
  }
}
