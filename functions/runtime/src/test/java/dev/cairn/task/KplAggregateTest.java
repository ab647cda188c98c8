package dev.cairn.task;

import static dev.cairn.task.pipeline.TaskPipeline.run;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cairn.checkpoint.FailureReason;
import dev.cairn.function.Context;
import dev.cairn.function.Deserializer;
import dev.cairn.function.KeyedFunction;
import dev.cairn.function.RuntimeContext;
import dev.cairn.function.ValueState;
import dev.cairn.function.ValueStateDescriptor;
import dev.cairn.journal.ShardFailure;
import dev.cairn.state.Counts;
import dev.cairn.state.KeyHash;
import dev.cairn.stream.AggregatedRecordException;
import dev.cairn.stream.KplAggregate;
import dev.cairn.stream.StreamRecord;
import dev.cairn.task.pipeline.Tap;
import dev.cairn.task.pipeline.TaskPipeline;
import dev.cairn.task.ports.BatchResult.Done;
import dev.cairn.task.ports.BatchResult.RetryFrom;
import dev.cairn.task.ports.TaskSettings.FailurePolicy;
import dev.cairn.testing.FunctionHarness;
import java.io.ByteArrayOutputStream;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the Kinesis Producer Library sends by default is refused by name on every shard. */
class KplAggregateTest {
  private static final byte[] MAGIC = {(byte) 0xF3, (byte) 0x89, (byte) 0x9A, (byte) 0xC2};

  /** Counts records by key, whatever their bytes. */
  private static final class Counting implements KeyedFunction<byte[]> {
    private ValueState<Long> count;

    @Override
    public Deserializer<byte[]> deserializer() {
      return data -> data;
    }

    @Override
    public void open(RuntimeContext context) {
      count = context.getState(ValueStateDescriptor.of("count", Long.class));
    }

    @Override
    public void process(byte[] event, Context context) {
      count.update(count.value().orElse(0L) + 1);
    }
  }

  /** Two user records of the key "u", as the library writes them. */
  private static byte[] aggregate() throws Exception {
    byte[] message = {10, 1, 'u', 26, 5, 8, 0, 26, 1, 'x', 26, 5, 8, 0, 26, 1, 'y'};
    ByteArrayOutputStream record = new ByteArrayOutputStream();
    record.write(MAGIC);
    record.write(message);
    record.write(MessageDigest.getInstance("MD5").digest(message));
    return record.toByteArray();
  }

  private final TaskPipeline pipeline = new TaskPipeline(2);

  private Task<byte[]> container(FailurePolicy policy) {
    return pipeline.container(
        Tap.NONE, TaskPipeline.settings().withFailurePolicy(policy), Counting::new);
  }

  /** A batch of the first shard: a plain record, an aggregate of a key of some shard, another. */
  private List<StreamRecord> batch(int keysShard) throws Exception {
    KeyHash here = pipeline.stream().listed().getFirst().range().from();
    pipeline.put(0, "a");
    pipeline.stream().put(pipeline.key(keysShard, 0), aggregate(), Optional.of(here));
    pipeline.put(0, "c");
    return pipeline.all(0);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1})
  void underFailItIsAFailureAtThatRecord(int keysShard) throws Exception {
    List<StreamRecord> batch = batch(keysShard);

    assertThat(run(container(FailurePolicy.FAIL), 0, batch))
        .isEqualTo(new RetryFrom(batch.get(1).sequenceNumber()));

    assertThat(pipeline.head(0).counts()).isEqualTo(new Counts(1, 0));
    ShardFailure failing = pipeline.head(0).failing().orElseThrow();
    assertThat(failing.reason()).isEqualTo(FailureReason.AGGREGATED_RECORD);
    assertThat(failing.record()).contains(batch.get(1).sequenceNumber());
    assertThat(failing.message()).contains("Turn AggregationEnabled off");
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1})
  void underDeadLetterItIsSetAside(int keysShard) throws Exception {
    assertThat(run(container(FailurePolicy.DEAD_LETTER), 0, batch(keysShard)))
        .isEqualTo(new Done());

    assertThat(pipeline.head(0).counts()).isEqualTo(new Counts(2, 1));
  }

  @ParameterizedTest
  @EnumSource
  void whatOnlyBeginsLikeAnAggregateIsARecord(FailurePolicy policy) throws Exception {
    byte[] torn = aggregate();
    torn[torn.length - 1]++;
    for (byte[] data : List.of(torn, MAGIC, new byte[0], "x".getBytes(UTF_8))) {
      assertThat(KplAggregate.is(data)).isFalse();
      pipeline.put(pipeline.key(0, 0), data);
    }

    assertThat(run(container(policy), 0, pipeline.all(0))).isEqualTo(new Done());

    assertThat(pipeline.head(0).counts()).isEqualTo(new Counts(4, 0));
  }

  @Test
  void theHarnessRefusesItToo() throws Exception {
    FunctionHarness<byte[]> harness = FunctionHarness.of(new Counting());
    byte[] aggregate = aggregate();
    assertThatThrownBy(() -> harness.processBytes("u", aggregate, Instant.EPOCH))
        .isInstanceOf(AggregatedRecordException.class);
    assertThat(harness.keys()).isEmpty();
  }
}
