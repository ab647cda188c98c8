package dev.cairn.task;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cairn.inmemory.lambda.KinesisEvent;
import dev.cairn.lambda.ForeignStreamException;
import dev.cairn.lambda.MalformedEventException;
import dev.cairn.lambda.OwnStream;
import dev.cairn.lambda.TaskEndpoint;
import dev.cairn.stream.StreamRecord;
import dev.cairn.task.pipeline.Tap;
import dev.cairn.task.pipeline.TaskPipeline;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Shards of all streams have the same names, and only the job's own stream may reach its state. */
class ForeignStreamTest {
  private static final String DONE = "{\"batchItemFailures\":[]}";

  private final TaskPipeline pipeline = new TaskPipeline(1);
  private final List<String> calls = new ArrayList<>();
  private final Tap tap =
      new Tap() {
        @Override
        public void before(Call call) {
          calls.add(call.name());
        }
      };

  @ParameterizedTest
  @ValueSource(strings = {"clicks", "orders-2", "clicks/consumer/orders:1545084650"})
  void aBatchOfAnotherStreamIsRefusedBeforeAnythingIsReadOrWritten(String foreign)
      throws IOException {
    TaskEndpoint task = new TaskEndpoint(pipeline.container(tap), OwnStream.named("orders"));
    List<StreamRecord> own = pipeline.put(0, "a", "b", "c");
    assertThat(send(task, "orders", own.subList(0, 1))).isEqualTo(DONE);
    calls.clear();

    assertThatThrownBy(() -> send(task, foreign, own.subList(2, 3)))
        .isInstanceOf(ForeignStreamException.class)
        .hasMessageStartingWith("an event source mapping")
        .hasMessageContaining(" from stream " + foreign.split("/")[0])
        .hasMessageContaining("this function's job reads stream orders (CAIRN_STREAM)")
        .hasMessageContaining("Delete that mapping");
    assertThat(calls).isEmpty();

    assertThat(send(task, "orders", own.subList(1, 3))).isEqualTo(DONE);
    assertThat(pipeline.state(0)).isEqualTo(TaskPipeline.fold(own));
    assertThat(pipeline.head(0).counts().applied()).isEqualTo(3);
  }

  @Test
  void aConsumerOfTheOwnStreamIsTheOwnStream() throws IOException {
    TaskEndpoint task = new TaskEndpoint(pipeline.container(), OwnStream.named("orders"));
    List<StreamRecord> own = pipeline.put(0, "a", "b");

    assertThat(send(task, "orders/consumer/fan-out:1545084650", own)).isEqualTo(DONE);
    assertThat(pipeline.state(0)).isEqualTo(TaskPipeline.fold(own));
  }

  @Test
  void aStreamOfTheSameNameInAnotherAccountIsAnotherStream() {
    List<StreamRecord> own = pipeline.put(0, "a");
    TaskEndpoint elsewhere =
        new TaskEndpoint(pipeline.container(tap), OwnStream.named("orders", "123456789012"));
    assertThatThrownBy(() -> send(elsewhere, "orders", own))
        .isInstanceOf(ForeignStreamException.class)
        .hasMessageContaining("of account 000000000000")
        .hasMessageContaining("in account 123456789012");
    assertThat(calls).isEmpty();

    TaskEndpoint here =
        new TaskEndpoint(pipeline.container(), OwnStream.named("orders", "000000000000"));
    assertThatCode(() -> send(here, "orders", own)).doesNotThrowAnyException();
  }

  @Test
  void aSourceThatIsNoStreamIsRefusedByName() {
    TaskEndpoint task = new TaskEndpoint(pipeline.container(tap), OwnStream.named("orders"));
    String event =
        new String(
                KinesisEvent.of("orders", TaskPipeline.shard(0), pipeline.put(0, "a")),
                StandardCharsets.UTF_8)
            .replaceAll("arn:aws:kinesis:[^\"]*", "arn:aws:sqs:us-east-1:1:orders");

    assertThatThrownBy(() -> send(task, event.getBytes(StandardCharsets.UTF_8)))
        .isInstanceOf(MalformedEventException.class)
        .hasMessageContaining("names no Kinesis stream");
    assertThat(calls).isEmpty();
  }

  @Test
  void withoutAConfiguredStreamAContainerKeepsToTheStreamOfItsFirstBatch() throws IOException {
    TaskEndpoint task = new TaskEndpoint(pipeline.container());
    List<StreamRecord> own = pipeline.put(0, "a", "b", "c");
    assertThat(send(task, "orders", own.subList(0, 1))).isEqualTo(DONE);
    assertThatThrownBy(() -> send(task, "clicks", own.subList(2, 3)))
        .isInstanceOf(ForeignStreamException.class);
    assertThat(send(task, "orders", own)).isEqualTo(DONE);
    assertThat(pipeline.state(0)).isEqualTo(TaskPipeline.fold(own));
  }

  /** Both start at the horizon: each only moves on with what the journal holds. */
  @Test
  void aSecondMappingOnTheSameStreamAppliesNoRecordTwiceAndSkipsNone() throws IOException {
    List<StreamRecord> own = pipeline.put(0, "a", "b", "c", "d", "e", "f");
    TaskEndpoint first = new TaskEndpoint(pipeline.container(), OwnStream.named("orders"));
    TaskEndpoint second = new TaskEndpoint(pipeline.container(), OwnStream.named("orders"));

    assertThat(send(first, "orders", own.subList(0, 3))).isEqualTo(DONE);
    assertThat(send(second, "orders", own.subList(0, 2))).as("behind").isEqualTo(DONE);
    assertThat(send(second, "orders", own.subList(2, 5))).as("ahead now").isEqualTo(DONE);
    assertThat(send(first, "orders", own.subList(3, 6))).isEqualTo(DONE);

    assertThat(pipeline.state(0)).isEqualTo(TaskPipeline.fold(own));
    assertThat(pipeline.head(0).counts().applied()).isEqualTo(6);
  }

  /**
   * The stack's source was changed and changed back: CloudFormation has made the mapping anew,
   * which begins at the horizon again.
   */
  @Test
  void afterTheStackHasItsOwnStreamAgainEveryRecordIsAppliedOnce() throws IOException {
    List<StreamRecord> before = pipeline.put(0, "a", "b");
    send(new TaskEndpoint(pipeline.container(), OwnStream.named("orders")), "orders", before);

    List<StreamRecord> all = new ArrayList<>(before);
    all.addAll(pipeline.put(0, "c", "d"));
    TaskEndpoint again = new TaskEndpoint(pipeline.container(), OwnStream.named("orders"));
    assertThat(send(again, "orders", all)).isEqualTo(DONE);

    assertThat(pipeline.state(0)).isEqualTo(TaskPipeline.fold(all));
    assertThat(pipeline.head(0).counts().applied()).isEqualTo(4);
  }

  private static String send(TaskEndpoint task, String stream, List<StreamRecord> batch)
      throws IOException {
    return send(task, KinesisEvent.of(stream, TaskPipeline.shard(0), batch));
  }

  private static String send(TaskEndpoint task, byte[] event) throws IOException {
    ByteArrayOutputStream answer = new ByteArrayOutputStream();
    task.handle(new ByteArrayInputStream(event), answer, TaskPipeline.AMPLE);
    return answer.toString(StandardCharsets.UTF_8);
  }
}
