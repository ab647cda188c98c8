package dev.cairn.dynamodb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Named.named;

import dev.cairn.checkpoint.CheckpointSettings;
import dev.cairn.id.CheckpointId;
import dev.cairn.id.JobId;
import dev.cairn.id.Revision;
import dev.cairn.id.ShardId;
import dev.cairn.id.StageId;
import dev.cairn.id.SubtaskId;
import dev.cairn.retry.Backoff;
import dev.cairn.storage.FilePath;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import software.amazon.awssdk.services.dynamodb.model.DynamoDbRequest;
import software.amazon.awssdk.services.dynamodb.model.GetItemRequest;
import software.amazon.awssdk.services.dynamodb.model.QueryRequest;

/**
 * Every read asks DynamoDB for consistency: the protocol decides from what it reads, and a read
 * that misses the last write would find a revision free, a checkpoint pending or a file
 * unreferenced that is not.
 */
class ConsistentReadsTest {
  private static final String TABLE = "cairn";
  private static final JobId JOB = new JobId("flights");
  private static final StageId STAGE = new StageId("delays");
  private static final SubtaskId SUBTASK = new SubtaskId(JOB, STAGE, new ShardId("shard-3"));
  private static final CheckpointId CHECKPOINT = new CheckpointId(7);
  private static final FilePath FOLDER = FilePath.of("flights", "shared");
  private static final FilePath FILE = FilePath.of("flights", "shared", "run");
  private static final Backoff ONCE = new Backoff(1, Duration.ZERO, pause -> {});

  /** Each reading method of each adapter. */
  static Stream<Named<Consumer<ScriptedDynamoDb>>> reads() {
    return Stream.of(
        named("a journal", client -> journal(client).after(SUBTASK, new Revision(3))),
        named("a journal's last base", client -> journal(client).fromLastBase(SUBTASK)),
        named(
            "a journal's old entries",
            client -> journal(client).expireBelow(SUBTASK, new Revision(3), Instant.EPOCH)),
        named("a job", client -> store(client).job(JOB)),
        named("subtasks", client -> store(client).subtasks(JOB)),
        named("a checkpoint", client -> store(client).checkpoint(JOB, CHECKPOINT)),
        named("checkpoints", client -> store(client).checkpoints(JOB, CHECKPOINT)),
        named("acknowledgements", client -> store(client).acknowledgements(JOB, CHECKPOINT)),
        named("forks", client -> store(client).forks(JOB)),
        named("a fork's origin", client -> store(client).forkedFrom(JOB)),
        named("claims", client -> store(client).claims(JOB)),
        named("the history's mark", client -> history(client).mark(JOB)),
        named(
            "the history",
            client -> history(client).lines(JOB, Instant.EPOCH, Optional.empty(), 10)),
        named("registrations", client -> new DynamoDbRegistrations(client, TABLE, ONCE).of(JOB)),
        named("a deployment", client -> new DynamoDbDeployments(client, TABLE, ONCE).find(JOB)),
        named("damages", client -> new DynamoDbDamageStore(client, TABLE, ONCE).damages(JOB)),
        named(
            "a scrubber's progress",
            client -> new DynamoDbDamageStore(client, TABLE, ONCE).progress(JOB)),
        named("a file", client -> storage(client).get(FILE)),
        named("a file's description", client -> storage(client).head(FILE)),
        named("a folder", client -> storage(client).list(FOLDER)));
  }

  private static DynamoDbJournal journal(ScriptedDynamoDb client) {
    return new DynamoDbJournal(client, TABLE, ONCE);
  }

  private static DynamoDbCheckpointStore store(ScriptedDynamoDb client) {
    return new DynamoDbCheckpointStore(client, TABLE, ONCE, () -> Instant.EPOCH);
  }

  private static DynamoDbHistory history(ScriptedDynamoDb client) {
    return new DynamoDbHistory(client, TABLE, ONCE, CheckpointSettings.DEFAULTS);
  }

  private static DynamoDbFileStorage storage(ScriptedDynamoDb client) {
    return new DynamoDbFileStorage(client, TABLE, ONCE, () -> Instant.EPOCH);
  }

  @ParameterizedTest
  @MethodSource("reads")
  void everyReadAsksForConsistency(Consumer<ScriptedDynamoDb> read) {
    ScriptedDynamoDb client = new ScriptedDynamoDb();

    read.accept(client);

    assertThat(client.requests).isNotEmpty().allMatch(ConsistentReadsTest::isConsistent);
  }

  private static boolean isConsistent(DynamoDbRequest request) {
    return switch (request) {
      case GetItemRequest get -> Boolean.TRUE.equals(get.consistentRead());
      case QueryRequest query -> Boolean.TRUE.equals(query.consistentRead());
      default -> false;
    };
  }
}
