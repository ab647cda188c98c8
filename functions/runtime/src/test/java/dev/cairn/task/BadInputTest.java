package dev.cairn.task;

import static dev.cairn.task.pipeline.TaskPipeline.run;
import static dev.cairn.task.pipeline.TaskPipeline.settings;
import static dev.cairn.task.pipeline.TaskPipeline.subtask;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cairn.checkpoint.FailureReason;
import dev.cairn.format.Fields;
import dev.cairn.format.FormatVersion;
import dev.cairn.format.Trees;
import dev.cairn.id.CheckpointId;
import dev.cairn.id.Position;
import dev.cairn.id.ShardId;
import dev.cairn.journal.Entry.Advanced;
import dev.cairn.journal.Entry.DeadLetter;
import dev.cairn.journal.Entry.Failed;
import dev.cairn.journal.Entry.Opened;
import dev.cairn.journal.ShardFailure;
import dev.cairn.operator.KeyOutsideRangeException;
import dev.cairn.operator.RecordFailedException;
import dev.cairn.state.Counts;
import dev.cairn.state.KeyHash;
import dev.cairn.state.StartPosition;
import dev.cairn.storage.Layout;
import dev.cairn.stream.Shard;
import dev.cairn.stream.StreamReader;
import dev.cairn.stream.StreamRecord;
import dev.cairn.task.pipeline.DeadLetterEntries;
import dev.cairn.task.pipeline.ScriptedCoordinator;
import dev.cairn.task.pipeline.Tap;
import dev.cairn.task.pipeline.TaskPipeline;
import dev.cairn.task.pipeline.Words;
import dev.cairn.task.ports.BatchResult.Done;
import dev.cairn.task.ports.BatchResult.RetryFrom;
import dev.cairn.task.ports.TaskException;
import dev.cairn.task.ports.TaskPorts;
import dev.cairn.task.ports.TaskSettings.FailurePolicy;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Records that cannot be processed: each policy, and what is refused under both. */
class BadInputTest {
  private static final byte[] NO_TEXT = {(byte) 0xff, (byte) 0xfe};

  private final TaskPipeline pipeline = new TaskPipeline(2);
  private final ScriptedCoordinator coordinator = new ScriptedCoordinator(pipeline);

  @ParameterizedTest
  @ValueSource(strings = {"poison", "surrogate"})
  void underFailTheBatchStopsAtTheRecordAndWhatCameBeforeIsJournalled(String bad) {
    List<StreamRecord> batch = pipeline.put(0, "a", "b", bad, "c");
    Task<String> container = pipeline.container();

    assertThat(run(container, 0, batch)).isEqualTo(new RetryFrom(batch.get(2).sequenceNumber()));

    assertThat(pipeline.head(0).position())
        .isEqualTo(Position.after(batch.get(1).sequenceNumber()));
    assertThat(pipeline.head(0).counts()).isEqualTo(new Counts(2, 0));
    assertThat(pipeline.state(0)).isEqualTo(TaskPipeline.fold(batch.subList(0, 2)));

    // The mapping sends it again, to this container and to a cold one, and each says the same.
    for (Task<String> next : List.of(container, pipeline.container(), container)) {
      List<StreamRecord> rest = batch.subList(2, 4);
      assertThat(run(next, 0, rest))
          .as("not before it is time for another attempt")
          .isEqualTo(new RetryFrom(rest.getFirst().sequenceNumber()));
      pipeline.pass(Duration.ofMinutes(2));
      assertThatThrownBy(() -> run(next, 0, rest))
          .isInstanceOf(TaskException.class)
          .hasMessageContaining("cannot apply record " + rest.getFirst().sequenceNumber())
          .hasCauseInstanceOf(RecordFailedException.class);
    }
    assertThat(pipeline.journal(0))
        .hasExactlyElementsOfTypes(
            Opened.class, Advanced.class, Failed.class, Failed.class, Failed.class, Failed.class);
    ShardFailure failing = pipeline.head(0).failing().orElseThrow();
    assertThat(failing.reason()).isEqualTo(FailureReason.USER_CODE);
    assertThat(failing.message()).contains(batch.get(2).sequenceNumber().digits());
    assertThat(failing.failures().attempts()).isEqualTo(4);
  }

  @ParameterizedTest
  @ValueSource(strings = {"poison", "surrogate"})
  void underDeadLetterTheRecordIsSetAsideCountedAndLeavesTheStateAlone(String bad) {
    List<StreamRecord> batch = pipeline.put(0, "a", bad, "b");
    StreamRecord failed = batch.get(1);

    assertThat(run(lenient(), 0, batch)).isEqualTo(new Done());

    assertThat(pipeline.head(0).counts()).isEqualTo(new Counts(2, 1));
    assertThat(pipeline.state(0))
        .isEqualTo(TaskPipeline.fold(List.of(batch.getFirst(), batch.getLast())));
    assertThat(letters())
        .singleElement()
        .satisfies(
            letter -> {
              assertThat(letter.sequenceNumber()).isEqualTo(failed.sequenceNumber());
              assertThat(letter.cause()).contains("key \"" + failed.partitionKey() + "\"");
            });
    Fields file = deadLetter(failed);
    assertThat(file.text("shard")).isEqualTo("shardId-000000000000");
    assertThat(file.text("sequenceNumber")).isEqualTo(failed.sequenceNumber().digits());
    assertThat(file.text("partitionKey")).isEqualTo(failed.partitionKey());
    assertThat(file.text("cause")).isEqualTo(letters().getFirst().cause());
  }

  @Test
  void theShardGoesOnAfterADeadLetter() {
    Task<String> container = lenient();
    run(container, 0, pipeline.put(0, "surrogate"));

    assertThat(run(container, 0, pipeline.put(0, "a", "b"))).isEqualTo(new Done());

    assertThat(pipeline.head(0).counts()).isEqualTo(new Counts(2, 1));
    assertThat(pipeline.state(0)).isEqualTo(TaskPipeline.fold(pipeline.last(0, 2)));
  }

  @Test
  void aRecordThatIsNoEventFollowsThePolicyToo() {
    pipeline.put(0, "a");
    pipeline.put(pipeline.key(0, 0), NO_TEXT);
    pipeline.put(0, "b");
    List<StreamRecord> batch = pipeline.all(0);

    assertThat(run(pipeline.container(), 0, batch))
        .isEqualTo(new RetryFrom(batch.get(1).sequenceNumber()));
    pipeline.pass(Duration.ofMinutes(2));
    assertThat(run(lenient(), 0, batch)).isEqualTo(new Done());

    assertThat(pipeline.head(0).failing()).isEmpty();
    assertThat(pipeline.head(0).counts()).isEqualTo(new Counts(2, 1));
    assertThat(letters().getFirst().cause()).contains("cannot be decoded");
    assertThat(deadLetter(batch.get(1)).text("cause")).contains("cannot be decoded");
  }

  @Test
  void noEntryNamesMoreDeadLettersOfABatchThanFitIntoAnItem() {
    List<StreamRecord> batch = pipeline.put(0, DeadLetterEntries.poison());

    assertThat(run(lenient(), 0, batch)).isEqualTo(new Done());

    DeadLetterEntries.requireSmall(pipeline.journal(0));
  }

  @Test
  void aDeadLetterThatIsDeliveredAgainIsNotCountedTwice() {
    List<StreamRecord> batch = pipeline.put(0, "poison", "a");
    run(lenient(), 0, batch);

    assertThat(run(lenient(), 0, batch)).isEqualTo(new Done());

    assertThat(pipeline.head(0).counts()).isEqualTo(new Counts(1, 1));
  }

  @Test
  void afterARestoreARecordThatCannotBeStoredIsSetAsideAgain() {
    Task<String> container = lenient();
    run(container, 0, pipeline.put(0, "a"));
    CheckpointId checkpoint = coordinator.checkpoint(container);
    run(container, 0, pipeline.put(0, "surrogate", "b"));
    coordinator.restore(checkpoint);

    container.wake(TaskPipeline.shard(0), TaskPipeline.AMPLE);

    assertThat(pipeline.head(0).hasGap()).isFalse();
    assertThat(pipeline.head(0).counts()).isEqualTo(new Counts(2, 1));
    List<StreamRecord> all = pipeline.all(0);
    assertThat(pipeline.state(0))
        .isEqualTo(TaskPipeline.fold(List.of(all.getFirst(), all.getLast())));
  }

  private List<StreamRecord> batchWithAKeyOfAnotherShard() {
    KeyHash here = pipeline.stream().listed().getFirst().range().from();
    pipeline.put(0, "a");
    pipeline.stream().put(pipeline.key(1, 0), "b".getBytes(UTF_8), Optional.of(here));
    pipeline.put(0, "c");
    return pipeline.all(0);
  }

  @Test
  void underFailAKeyThatBelongsToAnotherShardIsAFailureAtThatRecord() {
    List<StreamRecord> batch = batchWithAKeyOfAnotherShard();
    StreamRecord stranger = batch.get(1);

    assertThat(run(pipeline.container(), 0, batch))
        .isEqualTo(new RetryFrom(stranger.sequenceNumber()));

    assertThat(pipeline.state(0)).isEqualTo(TaskPipeline.fold(batch.subList(0, 1)));
    ShardFailure failing = pipeline.head(0).failing().orElseThrow();
    assertThat(failing.reason()).isEqualTo(FailureReason.KEY_OUTSIDE_SHARD);
    assertThat(failing.record()).contains(stranger.sequenceNumber());
    pipeline.pass(Duration.ofMinutes(2));
    assertThatThrownBy(() -> run(pipeline.container(), 0, batch.subList(1, 3)))
        .isInstanceOf(TaskException.class)
        .hasMessageContaining("\"" + stranger.partitionKey() + "\"")
        .hasMessageContaining("explicit hash key")
        .hasCauseInstanceOf(KeyOutsideRangeException.class);
  }

  @Test
  void underDeadLetterAKeyThatBelongsToAnotherShardIsSetAside() {
    List<StreamRecord> batch = batchWithAKeyOfAnotherShard();
    StreamRecord stranger = batch.get(1);

    assertThat(run(lenient(), 0, batch)).isEqualTo(new Done());

    assertThat(pipeline.head(0).counts()).isEqualTo(new Counts(2, 1));
    assertThat(pipeline.state(0))
        .isEqualTo(TaskPipeline.fold(List.of(batch.getFirst(), batch.getLast())));
    assertThat(deadLetter(stranger).text("partitionKey")).isEqualTo(stranger.partitionKey());
    assertThat(deadLetter(stranger).text("cause")).contains("explicit hash key");
  }

  @Test
  void theCauseOfADeadLetterIsToldOnce() {
    List<StreamRecord> batch = pipeline.put(0, "poison");
    run(lenient(), 0, batch);

    String cause = deadLetter(batch.getFirst()).text("cause");
    assertThat(cause.indexOf("Exception:")).isPositive().isEqualTo(cause.lastIndexOf("Exception:"));
  }

  @Test
  void aChildOfASplitIsRefusedByNameWhereTheJobsFormatCannotStoreIt() {
    TaskPipeline early = new TaskPipeline(2, FormatVersion.ONE);
    early.stream().split(TaskPipeline.shard(0));
    early.put(early.key(2, 0), "a");

    assertThatThrownBy(() -> run(early.container(), 2, early.all(2)))
        .isInstanceOf(TaskException.class)
        .hasMessageContaining("shardId-000000000002 came from [shardId-000000000000]")
        .hasMessageContaining("cairn upgrade");
    assertThat(early.journal(2)).isEmpty();
    assertThat(early.checkpoints().subtasks(TaskPipeline.JOB)).isEmpty();
  }

  @Test
  void aShardWhoseKeysHaveStateElsewhereIsNeverOpenedWhateverKinesisLists() {
    String key = pipeline.key(0, 0);
    pipeline.put(key, "a");
    assertThat(run(pipeline.container(), 0, pipeline.all(0))).isEqualTo(new Done());
    ShardId child = pipeline.stream().split(TaskPipeline.shard(0)).getFirst();
    List<ShardId> grandchildren = pipeline.stream().split(child);
    pipeline.put(pipeline.key(4, 0), "b");
    // Kinesis forgets closed shards whose records have expired, and with them the links between.
    Set<ShardId> forgotten = Set.of(TaskPipeline.shard(0), child);

    assertThat(grandchildren.getFirst()).isEqualTo(TaskPipeline.shard(4));
    assertThatThrownBy(() -> run(listing(forgotten), 4, pipeline.all(4)))
        .isInstanceOf(TaskException.class)
        .hasMessageContaining("shardId-000000000004 came from [shardId-000000000002]")
        .hasMessageContaining("which lies with [shardId-000000000000]")
        .hasMessageContaining("cairn accept-gap shardId-000000000004");
    assertThat(pipeline.journal(4)).isEmpty();
    assertThat(pipeline.head(0).failing().orElseThrow().reason())
        .isEqualTo(FailureReason.RESHARDED);
  }

  @Test
  void aShardWhoseParentIsForgottenIsOpenedIfNobodyHasItsKeys() {
    pipeline.put(0, "a");
    assertThat(run(pipeline.container(), 0, pipeline.all(0))).isEqualTo(new Done());
    ShardId child = pipeline.stream().split(TaskPipeline.shard(1)).getFirst();
    pipeline.put(pipeline.key(2, 0), "b");

    assertThat(child).isEqualTo(TaskPipeline.shard(2));
    assertThat(run(listing(Set.of(TaskPipeline.shard(1))), 2, pipeline.all(2)))
        .isEqualTo(new Done());
    assertThat(pipeline.state(2)).isEqualTo(TaskPipeline.fold(pipeline.all(2)));
  }

  @Test
  void aShardOfAStreamThatWasCreatedAgainWithOtherShardsIsNotOpenedWithoutState() {
    TaskPipeline one = new TaskPipeline(1);
    assertThat(run(one.container(), 0, one.put(0, "a"))).isEqualTo(new Done());
    one.stream().recreate(2);
    List<StreamRecord> batch = one.put(1, "b");

    assertThatThrownBy(() -> run(one.container(), 1, batch))
        .isInstanceOf(TaskException.class)
        .hasMessageContaining("state of these keys is in shardId-000000000000");
    assertThat(one.journal(1)).isEmpty();
  }

  private Task<String> listing(Set<ShardId> forgotten) {
    TaskPorts ports = pipeline.taskPorts(Tap.NONE);
    StreamReader all = ports.stream();
    StreamReader some =
        new StreamReader() {
          @Override
          public List<Shard> shards() {
            return all.shards().stream().filter(one -> !forgotten.contains(one.id())).toList();
          }

          @Override
          public List<Shard> shardsOpenAt(StartPosition place) {
            return all.shardsOpenAt(place);
          }

          @Override
          public Duration retention() {
            return all.retention();
          }

          @Override
          public Page read(ShardId shard, From from, int limit) {
            return all.read(shard, from, limit);
          }
        };
    return new Task<>(
        settings(),
        new TaskPorts(
            ports.journal(),
            ports.checkpoints(),
            ports.storage(),
            some,
            ports.checksum(),
            ports.clock(),
            ports.ids()),
        Words::new);
  }

  @Test
  void aHostileKeyNeverReachesAFileName() {
    TaskPipeline one = new TaskPipeline(1);
    String hostile = "../../etc/\u0000 \ud800";
    one.put(hostile, "poison");
    one.put("good", "a");
    Task<String> container =
        one.container(Tap.NONE, settings().withFailurePolicy(FailurePolicy.DEAD_LETTER));

    assertThat(run(container, 0, one.all(0))).isEqualTo(new Done());

    assertThat(one.head(0).counts()).isEqualTo(new Counts(1, 1));
    assertThat(one.storage().paths())
        .containsExactly(Layout.deadLetter(subtask(0), one.all(0).getFirst().sequenceNumber()));
  }

  private Task<String> lenient() {
    return pipeline.container(Tap.NONE, settings().withFailurePolicy(FailurePolicy.DEAD_LETTER));
  }

  private List<DeadLetter> letters() {
    return pipeline.journal(0).stream()
        .filter(Advanced.class::isInstance)
        .map(Advanced.class::cast)
        .flatMap(advanced -> advanced.deadLetters().stream())
        .toList();
  }

  private Fields deadLetter(StreamRecord record) {
    return Trees.fromJson(
        pipeline
            .storage()
            .get(Layout.deadLetter(subtask(0), record.sequenceNumber()))
            .orElseThrow());
  }
}
