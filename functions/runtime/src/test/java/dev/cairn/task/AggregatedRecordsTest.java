package dev.cairn.task;

import static dev.cairn.task.pipeline.TaskPipeline.run;
import static dev.cairn.task.pipeline.TaskPipeline.settings;
import static dev.cairn.task.pipeline.TaskPipeline.shard;
import static dev.cairn.task.pipeline.TaskPipeline.subtask;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.cairn.cbor.Cbor;
import dev.cairn.checkpoint.FailureReason;
import dev.cairn.format.Fields;
import dev.cairn.format.FormatVersion;
import dev.cairn.format.Trees;
import dev.cairn.function.Context;
import dev.cairn.function.Deserializer;
import dev.cairn.function.KeyedFunction;
import dev.cairn.function.RuntimeContext;
import dev.cairn.id.CheckpointId;
import dev.cairn.id.Position;
import dev.cairn.id.RecordNumber;
import dev.cairn.id.SequenceNumber;
import dev.cairn.id.SubSequenceNumber;
import dev.cairn.inmemory.kinesis.KplAggregator;
import dev.cairn.job.WakeMessage;
import dev.cairn.journal.ShardFailure;
import dev.cairn.settings.AggregateHashKey;
import dev.cairn.settings.RecordOutsideShard;
import dev.cairn.state.Counts;
import dev.cairn.state.KeyHash;
import dev.cairn.state.StateKey;
import dev.cairn.storage.Layout;
import dev.cairn.storage.StorageException;
import dev.cairn.stream.AggregatedRecordException;
import dev.cairn.stream.StreamRecord;
import dev.cairn.stream.UserRecord;
import dev.cairn.task.pipeline.DeadlyProcess;
import dev.cairn.task.pipeline.ScriptedCoordinator;
import dev.cairn.task.pipeline.Tap;
import dev.cairn.task.pipeline.TaskPipeline;
import dev.cairn.task.pipeline.Words;
import dev.cairn.task.ports.BatchResult;
import dev.cairn.task.ports.BatchResult.Done;
import dev.cairn.task.ports.BatchResult.RetryFrom;
import dev.cairn.task.ports.Deadline;
import dev.cairn.task.ports.TaskException;
import dev.cairn.task.ports.TaskSettings;
import dev.cairn.task.ports.TaskSettings.FailurePolicy;
import dev.cairn.testing.FunctionHarness;
import java.io.ByteArrayOutputStream;
import java.math.BigInteger;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** User records that the Kinesis Producer Library aggregates are applied one by one. */
class AggregatedRecordsTest {
  private static final TaskSettings LENIENT =
      settings().withFailurePolicy(FailurePolicy.DEAD_LETTER);

  private final TaskPipeline pipeline = new TaskPipeline(2);
  private final ScriptedCoordinator coordinator = new ScriptedCoordinator(pipeline);

  /** Counts the events that were applied, so that a deadline can depend on them. */
  private static final class Counted implements KeyedFunction<String> {
    private final Words words = new Words();
    private final AtomicInteger applied;

    private Counted(AtomicInteger applied) {
      this.applied = applied;
    }

    @Override
    public Deserializer<String> deserializer() {
      return words.deserializer();
    }

    @Override
    public void open(RuntimeContext context) {
      words.open(context);
    }

    @Override
    public void process(String word, Context context) {
      words.process(word, context);
      applied.incrementAndGet();
    }
  }

  /** Puts one aggregate of words under the shard's keys, the first word under the first key. */
  private StreamRecord put(TaskPipeline on, String... words) {
    KplAggregator aggregator = new KplAggregator();
    for (int i = 0; i < words.length; i++) {
      aggregator.add(on.key(0, i % 3), words[i].getBytes(UTF_8));
    }
    return put(on, aggregator.toBytes());
  }

  private StreamRecord put(String... words) {
    return put(pipeline, words);
  }

  private static StreamRecord put(TaskPipeline on, byte[] data) {
    KeyHash here = on.stream().listed().getFirst().range().from();
    on.stream().put(KplAggregator.PARTITION_KEY, data, Optional.of(here));
    on.pass(Duration.ofMillis(10));
    return on.last(0, 1).getFirst();
  }

  private static Position within(StreamRecord record, int part) {
    return Position.within(record.sequenceNumber(), new SubSequenceNumber(part));
  }

  private static Position after(StreamRecord record) {
    return Position.after(record.sequenceNumber());
  }

  /** The user records of a shard as Kinesis records, so that a fold can leave some out. */
  private List<StreamRecord> userRecords() {
    List<StreamRecord> plain = new ArrayList<>();
    for (UserRecord record : UserRecord.of(pipeline.all(0))) {
      StreamRecord whole = record.kinesisRecord();
      plain.add(
          record instanceof UserRecord.Part part
              ? new StreamRecord(
                  part.partitionKey(), whole.sequenceNumber(), part.data(), whole.arrival())
              : whole);
    }
    return plain;
  }

  private static <T> List<T> without(List<T> all, int index) {
    List<T> rest = new ArrayList<>(all);
    rest.remove(index);
    return rest;
  }

  /** Runs a batch in a cold container whose time is over after so many records. */
  private BatchResult runFor(int records, List<StreamRecord> batch) {
    AtomicInteger applied = new AtomicInteger();
    Deadline deadline =
        () -> applied.get() < records ? Duration.ofMinutes(1) : Duration.ofMillis(10);
    return run(
        pipeline.container(Tap.NONE, settings(), () -> new Counted(applied)), 0, batch, deadline);
  }

  @Test
  void eachUserRecordIsAppliedUnderItsOwnKey() {
    pipeline.put(0, "a");
    put("b", "c", "d", "e");
    pipeline.put(0, "f");

    assertThat(run(pipeline.container(), 0, pipeline.all(0))).isEqualTo(new Done());

    assertThat(pipeline.head(0).counts()).isEqualTo(new Counts(6, 0));
    assertThat(pipeline.state(0)).isEqualTo(TaskPipeline.fold(userRecords()));
    assertThat(pipeline.state(0)).hasSize(2 * 3);
    assertThat(pipeline.head(0).position()).isEqualTo(after(pipeline.last(0, 1).getFirst()));
  }

  @Test
  void anInvocationThatRunsOutOfTimeWithinAnAggregateIsContinuedThere() {
    StreamRecord before = pipeline.put(0, "a").getFirst();
    StreamRecord aggregate = put("b", "c", "d", "e", "f");
    pipeline.put(0, "g");
    List<StreamRecord> batch = pipeline.all(0);

    assertThat(runFor(3, batch)).isEqualTo(new RetryFrom(aggregate.sequenceNumber()));
    assertThat(pipeline.head(0).position()).isEqualTo(within(aggregate, 1));
    assertThat(pipeline.head(0).firstApplied()).contains(before.sequenceNumber());

    // The mapping can only name the Kinesis record, whose first user records come again.
    assertThat(runFor(2, batch.subList(1, 3))).isEqualTo(new RetryFrom(aggregate.sequenceNumber()));
    assertThat(pipeline.head(0).position()).isEqualTo(within(aggregate, 3));
    assertThat(runFor(2, batch.subList(1, 3))).isEqualTo(new Done());

    assertThat(pipeline.head(0).counts()).isEqualTo(new Counts(7, 0));
    assertThat(pipeline.state(0)).isEqualTo(TaskPipeline.fold(userRecords()));
  }

  /** As with a ParallelizationFactor above 1, where the aggregate is in another batch. */
  @Test
  void aBatchDoesNotGoOnBehindAnAggregateThatItLacks() {
    StreamRecord before = pipeline.put(0, "a").getFirst();
    put("b", "c", "d", "e");
    StreamRecord after = pipeline.put(0, "f").getFirst();
    var unused = runFor(3, pipeline.all(0));

    assertThatThrownBy(() -> run(pipeline.container(), 0, List.of(before, after)))
        .isInstanceOf(TaskException.class)
        .hasMessageContaining("set the mapping's ParallelizationFactor to 1");
  }

  @Test
  void theLastUserRecordEndsItsAggregate() {
    StreamRecord aggregate = put("a", "b");
    pipeline.put(0, "c");

    assertThat(runFor(2, pipeline.all(0)))
        .isEqualTo(new RetryFrom(pipeline.last(0, 1).getFirst().sequenceNumber()));

    assertThat(pipeline.head(0).position()).isEqualTo(after(aggregate));
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4})
  void aRedeliveredAggregateIsAppliedOnce(int appliedBefore) {
    put("a", "b", "c", "d");
    var unused = runFor(appliedBefore, pipeline.all(0));

    for (int i = 0; i < 2; i++) {
      assertThat(run(pipeline.container(), 0, pipeline.all(0))).isEqualTo(new Done());
    }

    assertThat(pipeline.head(0).counts()).isEqualTo(new Counts(4, 0));
    assertThat(pipeline.state(0)).isEqualTo(TaskPipeline.fold(userRecords()));
  }

  @Test
  void underFailAPoisonUserRecordStopsTheShardRightBeforeIt() {
    StreamRecord aggregate = put("a", "b", "poison", "c");
    RetryFrom again = new RetryFrom(aggregate.sequenceNumber());

    assertThat(run(pipeline.container(), 0, pipeline.all(0))).isEqualTo(again);

    assertThat(pipeline.head(0).position()).isEqualTo(within(aggregate, 1));
    assertThat(pipeline.head(0).counts()).isEqualTo(new Counts(2, 0));
    ShardFailure failing = pipeline.head(0).failing().orElseThrow();
    assertThat(failing.record()).contains(aggregate.sequenceNumber());
    assertThat(failing.message()).contains("record " + aggregate.sequenceNumber() + ".2: ");
    pipeline.pass(Duration.ofMinutes(2));
    assertThatThrownBy(() -> run(pipeline.container(), 0, pipeline.all(0)))
        .isInstanceOf(TaskException.class)
        .hasMessageContaining("cannot apply record " + aggregate.sequenceNumber() + ".2: ");

    pipeline.pass(Duration.ofMinutes(5));
    Task<String> lenient = pipeline.container(Tap.NONE, LENIENT);
    assertThat(run(lenient, 0, pipeline.all(0))).isEqualTo(new Done());

    assertThat(pipeline.head(0).failing()).isEmpty();
    assertThat(pipeline.state(0)).isEqualTo(TaskPipeline.fold(without(userRecords(), 2)));
  }

  @Test
  void underDeadLetterEachPoisonUserRecordIsSetAsideByItself() {
    StreamRecord aggregate = put("poison", "a", "poison", "b", "poison");

    assertThat(run(pipeline.container(Tap.NONE, LENIENT), 0, pipeline.all(0)))
        .isEqualTo(new Done());

    assertThat(pipeline.head(0).counts()).isEqualTo(new Counts(2, 3));
    assertThat(pipeline.head(0).position()).isEqualTo(after(aggregate));
    for (int part : List.of(0, 2, 4)) {
      Fields letter = deadLetter(RecordNumber.of(aggregate.sequenceNumber(), sub(part)));
      assertThat(letter.text("partitionKey")).isEqualTo(pipeline.key(0, part % 3));
      assertThat(letter.number("subSequenceNumber")).isEqualTo(part);
      assertThat(letter.text("data")).isEqualTo("cG9pc29u");
    }
  }

  private static SubSequenceNumber sub(int part) {
    return new SubSequenceNumber(part);
  }

  private Fields deadLetter(RecordNumber record) {
    return Trees.fromJson(
        pipeline.storage().get(Layout.deadLetter(subtask(0), record)).orElseThrow());
  }

  /** Each user record is in its own shard or not, whatever the shard of the aggregate. */
  @Test
  void theRangeCheckAppliesToEachUserRecord() {
    byte[] data =
        new KplAggregator()
            .add(pipeline.key(0, 0), "a".getBytes(UTF_8))
            .add(pipeline.key(1, 0), "b".getBytes(UTF_8))
            .add(pipeline.key(0, 1), "c".getBytes(UTF_8))
            .toBytes();
    StreamRecord aggregate = put(pipeline, data);

    assertThat(run(pipeline.container(), 0, pipeline.all(0)))
        .isEqualTo(new RetryFrom(aggregate.sequenceNumber()));
    assertThat(pipeline.head(0).position()).isEqualTo(within(aggregate, 0));
    assertThat(pipeline.head(0).failing().orElseThrow().reason())
        .isEqualTo(FailureReason.KEY_OUTSIDE_SHARD);

    pipeline.pass(Duration.ofMinutes(5));
    assertThat(run(pipeline.container(Tap.NONE, LENIENT), 0, pipeline.all(0)))
        .isEqualTo(new Done());
    assertThat(pipeline.head(0).counts()).isEqualTo(new Counts(2, 1));
    assertThat(deadLetter(RecordNumber.of(aggregate.sequenceNumber(), sub(1))).text("cause"))
        .contains("outside the shard's range");
  }

  @ParameterizedTest
  @EnumSource(FailurePolicy.class)
  void aMalformedAggregateFollowsThePolicy(FailurePolicy policy) {
    pipeline.put(0, "a");
    StreamRecord malformed = put(pipeline, KplAggregator.framed(new byte[] {10, 5, 'k'}));
    pipeline.put(0, "c");
    Task<String> container = pipeline.container(Tap.NONE, settings().withFailurePolicy(policy));

    BatchResult result = run(container, 0, pipeline.all(0));

    String problem = "its content is malformed: field 1 has 5 bytes, and 1 are left";
    switch (policy) {
      case FAIL -> {
        assertThat(result).isEqualTo(new RetryFrom(malformed.sequenceNumber()));
        ShardFailure failing = pipeline.head(0).failing().orElseThrow();
        assertThat(failing.reason()).isEqualTo(FailureReason.AGGREGATED_RECORD);
        assertThat(failing.message()).contains(problem);
      }
      case DEAD_LETTER -> {
        assertThat(result).isEqualTo(new Done());
        assertThat(pipeline.head(0).counts()).isEqualTo(new Counts(2, 1));
        assertThat(deadLetter(RecordNumber.of(malformed.sequenceNumber())).text("cause"))
            .contains(problem);
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void whatOnlyBeginsLikeAnAggregateIsAPlainRecord(FailurePolicy policy) {
    byte[] torn = new KplAggregator().add("u", "x".getBytes(UTF_8)).toBytes();
    torn[torn.length - 1]++;
    byte[] magic = {(byte) 0xF3, (byte) 0x89, (byte) 0x9A, (byte) 0xC2};
    for (byte[] data : List.of(torn, magic, new byte[0], "x".getBytes(UTF_8))) {
      pipeline.put(pipeline.key(0, 0), data);
    }
    Task<byte[]> container =
        pipeline.container(Tap.NONE, settings().withFailurePolicy(policy), Bytes::new);

    assertThat(run(container, 0, pipeline.all(0))).isEqualTo(new Done());

    assertThat(pipeline.head(0).counts()).isEqualTo(new Counts(4, 0));
  }

  /** Takes any bytes. */
  private static final class Bytes implements KeyedFunction<byte[]> {
    @Override
    public Deserializer<byte[]> deserializer() {
      return data -> data;
    }

    @Override
    public void open(RuntimeContext context) {}

    @Override
    public void process(byte[] event, Context context) {}
  }

  @Test
  void anAggregateWithoutAUserRecordIsPassed() {
    StreamRecord empty = put(pipeline, KplAggregator.framed(new byte[] {10, 1, 'k'}));

    assertThat(run(pipeline.container(), 0, pipeline.all(0))).isEqualTo(new Done());

    assertThat(pipeline.head(0).position()).isEqualTo(after(empty));
    assertThat(pipeline.head(0).counts()).isEqualTo(new Counts(0, 0));
  }

  @ParameterizedTest
  @EnumSource(FailurePolicy.class)
  void aJobInAnEarlierFormatRefusesTheWholeAggregate(FailurePolicy policy) {
    TaskPipeline early = new TaskPipeline(1, FormatVersion.ONE);
    early.put(0, "a");
    StreamRecord aggregate = put(early, "b", "c", "d");
    early.put(0, "e");
    Task<String> container = early.container(Tap.NONE, settings().withFailurePolicy(policy));

    BatchResult result = run(container, 0, early.all(0));

    switch (policy) {
      case FAIL -> {
        assertThat(result).isEqualTo(new RetryFrom(aggregate.sequenceNumber()));
        assertThat(early.head(0).failing().orElseThrow().message()).contains("cairn upgrade");
        assertThat(early.head(0).counts()).isEqualTo(new Counts(1, 0));
      }
      case DEAD_LETTER -> {
        assertThat(result).isEqualTo(new Done());
        assertThat(early.head(0).counts()).isEqualTo(new Counts(2, 1));
        assertThat(early.storage().get(Layout.deadLetter(subtask(0), aggregate.sequenceNumber())))
            .isPresent();
      }
    }
  }

  /** An aggregate that is refused whole is passed whole, however the records are applied. */
  @Test
  void aReplayInAnEarlierFormatPassesTheWholeAggregate() {
    TaskPipeline early = new TaskPipeline(1, FormatVersion.ONE);
    ScriptedCoordinator coordinator = new ScriptedCoordinator(early);
    Task<String> container = early.container(Tap.NONE, LENIENT);
    run(container, 0, early.put(0, "a"));
    CheckpointId checkpoint = coordinator.checkpoint(container);
    put(early, "b", "c", "d");
    early.put(0, "e");
    run(container, 0, early.all(0));
    coordinator.restore(checkpoint);

    early.container(Tap.NONE, LENIENT).wake(shard(0), TaskPipeline.AMPLE);

    assertThat(early.head(0).hasGap()).isFalse();
    assertThat(early.head(0).counts()).isEqualTo(new Counts(2, 1));
  }

  @Test
  void theSearchForARecordInAnEarlierFormatPassesTheWholeAggregate() {
    TaskPipeline early = new TaskPipeline(1, FormatVersion.ONE);
    early.put(0, "a");
    put(early, "b c d e f g h i j k l m".split(" ", -1));
    early.put(0, "kill", "n");

    assertThat(deliver(early, early.all(0))).isTrue();

    assertThat(early.head(0).counts()).isEqualTo(new Counts(2, 2));
  }

  // ---------------------------------------------------------------- hash keys

  private static final byte[] A = "a".getBytes(UTF_8);

  private TaskSettings with(AggregateHashKey hashKey, RecordOutsideShard outside) {
    return settings().withAggregates(hashKey, outside);
  }

  /** The hash in the first shard's range under which tests send keys of the second shard. */
  private KeyHash here() {
    return pipeline.stream().listed().getFirst().range().from();
  }

  private KplAggregator ofAnotherShard() {
    return new KplAggregator().add(pipeline.key(1, 0), Optional.of(here()), A);
  }

  @Test
  void anExplicitHashKeyIsOfNoInterestByDefault() {
    put(pipeline, ofAnotherShard().toBytes());

    assertThatThrownBy(() -> run(pipeline.container(), 0, pipeline.all(0)))
        .hasMessageContaining("outside the shard's range");

    assertThat(pipeline.head(0).failing().orElseThrow().reason())
        .isEqualTo(FailureReason.KEY_OUTSIDE_SHARD);
  }

  /** As a setting, the explicit hash key decides, and a child of its range has the state. */
  @Test
  void stateUnderAnExplicitHashKeyFollowsItThroughASplit() {
    String key = pipeline.key(1, 0);
    put(pipeline, ofAnotherShard().add(key, Optional.of(here()), A).toBytes());
    TaskSettings explicit = with(AggregateHashKey.EXPLICIT, RecordOutsideShard.FAILURE_POLICY);
    assertThat(run(pipeline.container(Tap.NONE, explicit), 0, pipeline.all(0)))
        .isEqualTo(new Done());
    StateKey count = StateKey.of(here(), key, "count", new byte[0]);
    assertThat(pipeline.state(0)).containsKey(count);

    pipeline.stream().split(shard(0));
    pipeline.stream().put("a", ofAnotherShard().toBytes(), Optional.of(here()));
    Task<String> container = pipeline.container(Tap.NONE, explicit);
    for (int i = 0; i < 3; i++) {
      var unused = catchThrowable(() -> run(container, 2, pipeline.all(2)));
    }

    assertThat(run(container, 2, pipeline.all(2))).isEqualTo(new Done());
    assertThat(pipeline.state(2).get(count)).isEqualTo(HexFormat.of().formatHex(Cbor.ofLong(3)));
  }

  @Test
  void anExplicitHashKeyOutsideTheShardFollowsThePolicy() {
    KeyHash there = pipeline.stream().listed().get(1).range().from();
    byte[] data = new KplAggregator().add(pipeline.key(0, 0), Optional.of(there), A).toBytes();
    put(pipeline, data);
    TaskSettings explicit = with(AggregateHashKey.EXPLICIT, RecordOutsideShard.FAILURE_POLICY);

    assertThatThrownBy(() -> run(pipeline.container(Tap.NONE, explicit), 0, pipeline.all(0)))
        .hasMessageContaining("has the hash " + there + ", outside the shard's range");
    pipeline.pass(Duration.ofMinutes(5));
    assertThat(run(pipeline.container(), 0, pipeline.all(0))).isEqualTo(new Done());
  }

  /** Partition keys "k" and the explicit hash key that the test gives. */
  @ParameterizedTest
  @ValueSource(strings = {"x", "", "-1", "340282366920938463463374607431768211456", "1e3"})
  void aHashKeyThatIsNoneFailsItsUserRecordWhereItCounts(String text) throws Exception {
    ByteArrayOutputStream message = new ByteArrayOutputStream();
    byte[] key = pipeline.key(0, 0).getBytes(UTF_8);
    message.writeBytes(new byte[] {10, (byte) key.length});
    message.writeBytes(key);
    message.writeBytes(new byte[] {18, (byte) text.length()});
    message.writeBytes(text.getBytes(UTF_8));
    message.writeBytes(new byte[] {26, 7, 8, 0, 16, 0, 26, 1, 'a'});
    message.writeBytes(new byte[] {26, 5, 8, 0, 26, 1, 'b'});
    put(pipeline, KplAggregator.framed(message.toByteArray()));
    TaskSettings explicit =
        with(AggregateHashKey.EXPLICIT, RecordOutsideShard.DISCARD)
            .withFailurePolicy(FailurePolicy.DEAD_LETTER);

    assertThat(run(pipeline.container(Tap.NONE, explicit), 0, pipeline.all(0)))
        .isEqualTo(new Done());

    assertThat(pipeline.head(0).counts()).isEqualTo(new Counts(1, 1));
    RecordNumber first = RecordNumber.of(pipeline.all(0).getFirst().sequenceNumber(), sub(0));
    assertThat(deadLetter(first).text("cause"))
        .contains("explicit hash key \"" + text + "\", which is not a number from 0 to 2^128 - 1");
    assertThat(deadLetter(first).text("explicitHashKey")).isEqualTo(text);
    assertThat(deadLetter(first).optionalText("boundBy")).isEmpty();
  }

  /** The library sends such a record again, to the shard that it belongs to. */
  @ParameterizedTest
  @EnumSource(FailurePolicy.class)
  void userRecordsOfAnotherShardCanBeDiscarded(FailurePolicy policy) {
    byte[] data =
        new KplAggregator()
            .add(pipeline.key(1, 0), A)
            .add(pipeline.key(0, 0), A)
            .add(pipeline.key(1, 1), A)
            .toBytes();
    StreamRecord aggregate = put(pipeline, data);
    TaskSettings discarding =
        with(AggregateHashKey.PARTITION_KEY, RecordOutsideShard.DISCARD).withFailurePolicy(policy);

    assertThat(run(pipeline.container(Tap.NONE, discarding), 0, pipeline.all(0)))
        .isEqualTo(new Done());

    assertThat(pipeline.head(0).counts()).isEqualTo(new Counts(1, 0));
    assertThat(pipeline.head(0).position()).isEqualTo(after(aggregate));
    assertThat(pipeline.state(0)).hasSize(2);
  }

  /** For the library it is where it belongs, so that nobody sends it again. */
  @Test
  void aUserRecordThatItsExplicitHashKeyBringsHereIsNotDiscarded() {
    put(pipeline, ofAnotherShard().toBytes());
    TaskSettings discarding =
        with(AggregateHashKey.PARTITION_KEY, RecordOutsideShard.DISCARD)
            .withFailurePolicy(FailurePolicy.DEAD_LETTER);

    assertThat(run(pipeline.container(Tap.NONE, discarding), 0, pipeline.all(0)))
        .isEqualTo(new Done());

    assertThat(pipeline.head(0).counts()).isEqualTo(new Counts(0, 1));
  }

  /** No library sends a plain record again, so it is never discarded. */
  @Test
  void aPlainRecordOfAnotherShardIsNotDiscarded() {
    pipeline.stream().put(pipeline.key(1, 0), A, Optional.of(here()));
    TaskSettings discarding = with(AggregateHashKey.PARTITION_KEY, RecordOutsideShard.DISCARD);

    assertThatThrownBy(() -> run(pipeline.container(Tap.NONE, discarding), 0, pipeline.all(0)))
        .hasMessageContaining("outside the shard's range");
  }

  @Test
  void aDeadLetterTellsTheHashKeyUnderWhichItsStateIsKept() {
    String key = pipeline.key(1, 0);
    byte[] poison = "poison".getBytes(UTF_8);
    StreamRecord plain = putPlain(key, poison);
    StreamRecord aggregate =
        put(pipeline, new KplAggregator().add(key, Optional.of(here()), poison).toBytes());
    RecordNumber part = RecordNumber.of(aggregate.sequenceNumber(), sub(0));

    var unused = run(pipeline.container(Tap.NONE, LENIENT, Pinned::new), 0, pipeline.all(0));

    assertThat(deadLetter(RecordNumber.of(plain.sequenceNumber())).text("hashKey")).isEqualTo("0");
    assertThat(deadLetter(part).text("hashKey")).isEqualTo("0");
    assertThat(deadLetter(part).optionalText("boundBy")).isEmpty();
  }

  @Test
  void aDeadLetterTellsThatOnlyItsAggregateHasTheHashKey() {
    byte[] poison = "poison".getBytes(UTF_8);
    StreamRecord aggregate =
        put(
            pipeline,
            new KplAggregator()
                .add(pipeline.key(1, 0), Optional.of(here()), poison)
                .add(pipeline.key(0, 0), poison)
                .toBytes());
    TaskSettings explicit =
        LENIENT.withAggregates(AggregateHashKey.EXPLICIT, RecordOutsideShard.FAILURE_POLICY);

    var unused = run(pipeline.container(Tap.NONE, explicit), 0, pipeline.all(0));

    RecordNumber first = RecordNumber.of(aggregate.sequenceNumber(), sub(0));
    RecordNumber second = RecordNumber.of(aggregate.sequenceNumber(), sub(1));
    assertThat(deadLetter(first).optionalText("boundBy")).contains("aggregate");
    assertThat(deadLetter(second).optionalText("boundBy")).isEmpty();
  }

  private StreamRecord putPlain(String key, byte[] data) {
    pipeline.stream().put(key, data, Optional.of(here()));
    return pipeline.last(0, 1).getFirst();
  }

  /** Words whose producers send every key under the first hash key. */
  private static final class Pinned implements KeyedFunction<String> {
    private final Words words = new Words();

    @Override
    public Deserializer<String> deserializer() {
      return words.deserializer();
    }

    @Override
    public void open(RuntimeContext context) {
      words.open(context);
    }

    @Override
    public void process(String word, Context context) {
      words.process(word, context);
    }

    @Override
    public Optional<BigInteger> explicitHashKeyOf(String partitionKey) {
      if (partitionKey.equals("unknown")) {
        throw new IllegalStateException("no such key");
      }
      return Optional.of(
          partitionKey.equals("too large") ? BigInteger.ONE.shiftLeft(128) : BigInteger.ZERO);
    }
  }

  @Test
  void aFunctionNamesTheHashKeysOfItsRecords() {
    String key = pipeline.key(1, 0);
    pipeline.stream().put(key, A, Optional.of(here()));
    put(pipeline, new KplAggregator().add(key, A).toBytes());
    Task<String> container = pipeline.container(Tap.NONE, settings(), Pinned::new);

    assertThat(run(container, 0, pipeline.all(0))).isEqualTo(new Done());

    assertThat(pipeline.state(0))
        .containsKey(StateKey.of(new KeyHash(0, 0), key, "count", new byte[0]));
    assertThat(pipeline.head(0).counts()).isEqualTo(new Counts(2, 0));
  }

  @ParameterizedTest
  @ValueSource(strings = {"unknown", "too large"})
  void aFunctionThatNamesNoHashKeyFailsTheRecord(String key) {
    pipeline.stream().put(key, A, Optional.of(here()));
    Task<String> container = pipeline.container(Tap.NONE, LENIENT, Pinned::new);

    assertThat(run(container, 0, pipeline.all(0))).isEqualTo(new Done());

    assertThat(pipeline.head(0).counts()).isEqualTo(new Counts(0, 1));
  }

  // ---------------------------------------------------------------- records that end the process

  @ParameterizedTest
  @ValueSource(strings = {"kill", "oom"})
  void aUserRecordThatEndsTheProcessIsFoundWithinItsAggregate(String deadly) {
    put("a", "b", "c", deadly, "d", "e", deadly, "f");
    pipeline.put(0, "g");

    assertThat(deliver(pipeline, pipeline.all(0))).isTrue();

    assertThat(pipeline.head(0).counts()).isEqualTo(new Counts(7, 2));
    assertThat(pipeline.state(0))
        .isEqualTo(TaskPipeline.fold(without(without(userRecords(), 6), 3)));
  }

  @Test
  void aUserRecordThatDoesNotFitIntoTheStorageFailsAlone() {
    put("a", "size:9000", "size:60000", "size:9000", "b");
    Tap small =
        new Tap() {
          @Override
          public void before(Call call) {
            if (call.name().equals("storage.put")
                && call.arguments()[1] instanceof byte[] bytes
                && bytes.length > 40_000
                && !String.valueOf(call.arguments()[0]).contains("dead-letters")) {
              throw new StorageException(StorageException.Kind.TOO_LARGE, "more than 40 KB");
            }
          }
        };

    assertThat(run(pipeline.container(small, LENIENT), 0, pipeline.all(0))).isEqualTo(new Done());

    assertThat(pipeline.head(0).counts()).isEqualTo(new Counts(4, 1));
    assertThat(pipeline.state(0)).isEqualTo(TaskPipeline.fold(without(userRecords(), 2)));
  }

  /** Delivers a batch until it succeeds. A shard whose process ended is suspected. */
  private static boolean deliver(TaskPipeline to, List<StreamRecord> batch) {
    ScriptedCoordinator coordinator = new ScriptedCoordinator(to);
    for (int i = 0; i < 80; i++) {
      DeadlyProcess process = new DeadlyProcess();
      BatchResult[] result = new BatchResult[1];
      var unused = catchThrowable(() -> result[0] = run(process.container(to, LENIENT), 0, batch));
      if (!process.isEnded() && result[0] instanceof Done) {
        return true;
      }
      to.pass(Duration.ofMinutes(2));
      if (process.isEnded() && to.head(0).isolation().isEmpty()) {
        coordinator.suspect(subtask(0));
      }
    }
    return false;
  }

  // ---------------------------------------------------------------- restores

  /** A checkpoint within the aggregate, and everything applied after it. */
  private CheckpointId checkpointWithin(StreamRecord aggregate) {
    var unused = runFor(2, List.of(aggregate));
    assertThat(pipeline.head(0).position()).isEqualTo(within(aggregate, 1));
    return coordinator.checkpoint(pipeline.container());
  }

  @Test
  void aRestoreToAPositionWithinAnAggregateReplaysTheRestOfIt() {
    StreamRecord aggregate = put("a", "b", "c", "d");
    CheckpointId checkpoint = checkpointWithin(aggregate);
    pipeline.put(0, "e");
    assertThat(run(pipeline.container(), 0, pipeline.all(0))).isEqualTo(new Done());
    coordinator.restore(checkpoint);
    assertThat(pipeline.head(0).position()).isEqualTo(within(aggregate, 1));
    assertThat(pipeline.head(0).counts()).isEqualTo(new Counts(2, 0));

    pipeline.container().wake(shard(0), TaskPipeline.AMPLE);

    assertThat(pipeline.head(0).hasGap()).isFalse();
    assertThat(pipeline.head(0).counts()).isEqualTo(new Counts(5, 0));
    assertThat(pipeline.state(0)).isEqualTo(TaskPipeline.fold(userRecords()));
  }

  /** The frontier, too, may lie within an aggregate. */
  @Test
  void aReplayEndsWithinAnAggregateWhereTheRestoredJobHadStopped() {
    StreamRecord aggregate = put("a", "b", "c", "d", "e");
    CheckpointId checkpoint = checkpointWithin(aggregate);
    var unused = runFor(2, List.of(aggregate));
    assertThat(pipeline.head(0).position()).isEqualTo(within(aggregate, 3));
    coordinator.restore(checkpoint);

    pipeline.container().wake(shard(0), TaskPipeline.AMPLE);

    assertThat(pipeline.head(0).hasGap()).isFalse();
    assertThat(pipeline.head(0).position()).isEqualTo(within(aggregate, 3));
    assertThat(run(pipeline.container(), 0, pipeline.all(0))).isEqualTo(new Done());
    assertThat(pipeline.head(0).counts()).isEqualTo(new Counts(5, 0));
    assertThat(pipeline.state(0)).isEqualTo(TaskPipeline.fold(userRecords()));
  }

  @Test
  void aReplayInStepsEndsThereToo() {
    StreamRecord aggregate = put("a", "b", "c", "d", "e");
    CheckpointId checkpoint = checkpointWithin(aggregate);
    var unused = runFor(2, List.of(aggregate));
    coordinator.restore(checkpoint);
    coordinator.suspect(subtask(0));

    for (int i = 0; i < 3; i++) {
      pipeline.container().wake(shard(0), TaskPipeline.AMPLE);
    }

    assertThat(pipeline.head(0).position()).isEqualTo(within(aggregate, 3));
    assertThat(pipeline.head(0).counts()).isEqualTo(new Counts(4, 0));
  }

  @Test
  void aReplayFromWithinAnAggregateNeedsThatVeryRecord() {
    StreamRecord aggregate = put("a", "b", "c", "d");
    CheckpointId checkpoint = checkpointWithin(aggregate);
    StreamRecord next = pipeline.put(0, "e").getFirst();
    assertThat(run(pipeline.container(), 0, pipeline.all(0))).isEqualTo(new Done());
    coordinator.restore(checkpoint);
    pipeline.stream().trim(shard(0), next.sequenceNumber());

    assertThatThrownBy(() -> pipeline.container().wake(shard(0), TaskPipeline.AMPLE))
        .isInstanceOf(TaskException.class)
        .hasMessageContaining("record " + aggregate.sequenceNumber())
        .hasMessageContaining("beyond the stream's retention");
  }

  /** The mapping goes on with the oldest record that is left, which the task must not take. */
  @Test
  void theRestOfAnAggregateThatExpiredIsNotPassedOver() {
    StreamRecord aggregate = put("a", "b", "c", "d");
    var unused = runFor(2, List.of(aggregate));
    List<StreamRecord> next = pipeline.put(0, "e");
    pipeline.stream().trim(shard(0), next.getFirst().sequenceNumber());

    assertThatThrownBy(() -> run(pipeline.container(), 0, next))
        .isInstanceOf(TaskException.class)
        .hasMessageContaining("may have lost records")
        .hasMessageContaining("record " + aggregate.sequenceNumber());
    assertThat(pipeline.head(0).failing().orElseThrow().reason())
        .isEqualTo(FailureReason.RECORDS_LOST);
  }

  /** Its parent would otherwise count as applied to its end, and its children would open. */
  @Test
  void aClosedShardThatLostTheRestOfAnAggregateIsNotAtItsEnd() {
    StreamRecord aggregate = put("a", "b", "c", "d");
    var unused = runFor(2, List.of(aggregate));
    pipeline.stream().split(shard(0));
    pipeline.stream().trim(shard(0), pipeline.now().plus(Duration.ofSeconds(1)));
    WakeMessage drain = new WakeMessage(shard(0), WakeMessage.Purpose.DRAIN);

    assertThatThrownBy(() -> pipeline.container().wake(drain, TaskPipeline.AMPLE))
        .isInstanceOf(TaskException.class)
        .hasMessageContaining("may have lost records: record " + aggregate.sequenceNumber());
    assertThat(pipeline.head(0).position()).isEqualTo(within(aggregate, 1));
  }

  /** The rest of an aggregate is applied before its closed shard is. */
  @Test
  void aClosedShardIsDrainedFromWithinAnAggregate() {
    StreamRecord aggregate = put("a", "b", "c", "d");
    var unused = runFor(2, List.of(aggregate));
    pipeline.stream().split(shard(0));

    pipeline
        .container()
        .wake(new WakeMessage(shard(0), WakeMessage.Purpose.DRAIN), TaskPipeline.AMPLE);

    assertThat(pipeline.head(0).position()).isEqualTo(Position.end());
    assertThat(pipeline.head(0).counts()).isEqualTo(new Counts(4, 0));
  }

  // ---------------------------------------------------------------- what users test with

  @Test
  void theHarnessTakesAggregatesApart() throws Exception {
    FunctionHarness<String> harness = FunctionHarness.of(new Words());
    byte[] data =
        new KplAggregator().add("u", "x".getBytes(UTF_8)).add("v", "y".getBytes(UTF_8)).toBytes();

    harness.processBytes("a", data, Instant.EPOCH);

    assertThat(harness.keys()).containsExactly("u", "v");
    byte[] malformed = KplAggregator.framed(new byte[] {10, 5, 'k'});
    assertThatThrownBy(() -> harness.processBytes("a", malformed, Instant.EPOCH))
        .isInstanceOf(AggregatedRecordException.class)
        .hasMessageContaining("malformed");
  }

  @Test
  void theFirstRecordEverAppliedMayBeAnAggregate() {
    SequenceNumber first = put("a", "b").sequenceNumber();
    assertThat(run(pipeline.container(), 0, pipeline.all(0))).isEqualTo(new Done());

    assertThat(pipeline.head(0).firstApplied()).contains(first);
    assertThat(pipeline.head(0).firstAppliedSub()).isEmpty();
  }
}
