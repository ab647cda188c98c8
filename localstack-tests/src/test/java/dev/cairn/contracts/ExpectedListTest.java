package dev.cairn.contracts;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cairn.checkpoint.Checkpoint;
import dev.cairn.checkpoint.CheckpointSettings;
import dev.cairn.checkpoint.ExpectedSubtasks;
import dev.cairn.checkpoint.Failure;
import dev.cairn.checkpoint.FailureReason;
import dev.cairn.dynamodb.DynamoDbCheckpointStore;
import dev.cairn.id.CheckpointId;
import dev.cairn.id.Epoch;
import dev.cairn.id.JobId;
import dev.cairn.id.ShardId;
import dev.cairn.id.StageId;
import dev.cairn.id.SubtaskId;
import dev.cairn.job.Job;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.TreeSet;
import java.util.UUID;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/** The list of a checkpoint's subtasks lies apart from its item: what that means in the table. */
class ExpectedListTest {
  private static final Instant NOON = Instant.parse("2100-01-01T12:00:00Z");

  private final JobId job = new JobId("job-" + UUID.randomUUID());
  private Instant now = NOON;

  @BeforeEach
  void createTheJob() {
    store().create(Job.create(job, CheckpointSettings.DEFAULTS));
  }

  /** A container's: it remembers nothing of what another one read or wrote. */
  private DynamoDbCheckpointStore store() {
    return new DynamoDbCheckpointStore(
        LocalTable.DYNAMODB.client(), LocalTable.NAME, LocalTable.WITHOUT_PAUSE, () -> now);
  }

  @Test
  void isInPiecesOfAThousandThatCheckpointsOfTheSameSubtasksShare() {
    DynamoDbCheckpointStore store = store();
    Checkpoint.Pending first = pending(1, 2_500);
    Checkpoint.Pending second = pending(2, 2_500);

    assertThat(store.begin(first)).isTrue();
    store.abort(
        new Checkpoint.Aborted(
            first.trigger(), NOON, Failure.of(FailureReason.EXPIRED, "it took too long")));
    assertThat(store().begin(second)).isTrue();

    assertThat(pieces())
        .extracting(piece -> value(piece, "names").l().size())
        .containsExactly(1_000, 1_000, 500);
    assertThat(store().checkpoint(job, new CheckpointId(2))).contains(second);
  }

  @Test
  void outlivesWhatRefersToItByWeeks() {
    DynamoDbCheckpointStore store = store();
    for (int i = 1; i <= 10; i++) {
      assertThat(store.begin(pending(i, 3))).isTrue();
      assertThat(pieces())
          .allMatch(
              piece ->
                  !Instant.ofEpochSecond(Long.parseLong(value(piece, "expiresAt").n()))
                      .isBefore(now.plus(Duration.ofDays(30))));
      now = now.plus(Duration.ofDays(11));
    }
  }

  @Test
  void withoutItNothingIsKnownButHowManyThereWere() {
    Checkpoint.Pending pending = pending(1, 1_500);
    store().begin(pending);
    Map<String, AttributeValue> piece = pieces().getLast();
    LocalTable.DYNAMODB
        .client()
        .deleteItem(
            delete ->
                delete
                    .tableName(LocalTable.NAME)
                    .key(Map.of("pk", value(piece, "pk"), "sk", value(piece, "sk"))));

    Checkpoint.Pending read =
        (Checkpoint.Pending) store().checkpoint(job, new CheckpointId(1)).orElseThrow();

    assertThat(read.trigger()).isEqualTo(pending.trigger());
    assertThat(read.isListed()).isFalse();
    assertThat(read.subtasks()).isEmpty();
    Checkpoint.Aborted aborted =
        new Checkpoint.Aborted(
            read.trigger(), NOON, Failure.of(FailureReason.EXPIRED, "its list expired"));
    assertThat(store().abort(aborted)).isTrue();
    assertThat(store().checkpoint(job, new CheckpointId(1))).contains(aborted);
  }

  private static AttributeValue value(Map<String, AttributeValue> item, String attribute) {
    return Objects.requireNonNull(item.get(attribute), attribute);
  }

  private List<Map<String, AttributeValue>> pieces() {
    return LocalTable.DYNAMODB
        .client()
        .scanPaginator(scan -> scan.tableName(LocalTable.NAME).consistentRead(true))
        .items()
        .stream()
        .filter(item -> value(item, "pk").s().startsWith("EXPECTED#" + job + "#"))
        .sorted(Comparator.comparing(item -> value(item, "sk").s()))
        .toList();
  }

  private Checkpoint.Pending pending(long id, int subtasks) {
    TreeSet<SubtaskId> expected = new TreeSet<>();
    IntStream.range(0, subtasks)
        .forEach(
            i ->
                expected.add(
                    new SubtaskId(
                        job,
                        new StageId("delays"),
                        new ShardId(String.format(Locale.ROOT, "shardId-%012d", i)))));
    return new Checkpoint.Pending(
        new Checkpoint.Triggering(
            job, new CheckpointId(id), new Epoch(1), now, ExpectedSubtasks.of(expected)),
        expected);
  }
}
