package dev.cairn.lambda;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.amazonaws.services.lambda.runtime.Context;
import dev.cairn.checkpoint.CheckpointSettings;
import dev.cairn.checkpoint.FailureReason;
import dev.cairn.dynamodb.CairnTable;
import dev.cairn.dynamodb.DynamoDbCheckpointStore;
import dev.cairn.dynamodb.DynamoDbJournal;
import dev.cairn.function.Deserializer;
import dev.cairn.function.Deserializers;
import dev.cairn.function.KeyedFunction;
import dev.cairn.function.RuntimeContext;
import dev.cairn.id.EntryId;
import dev.cairn.id.Epoch;
import dev.cairn.id.JobId;
import dev.cairn.id.ShardId;
import dev.cairn.id.StageId;
import dev.cairn.id.SubtaskId;
import dev.cairn.job.Job;
import dev.cairn.journal.Entry;
import dev.cairn.journal.ShardFailure;
import dev.cairn.local.dynamodb.DynamoDbLocal;
import dev.cairn.retry.Backoff;
import dev.cairn.state.HashRange;
import dev.cairn.state.Origin;
import dev.cairn.state.StartPosition;
import java.io.ByteArrayInputStream;
import java.io.OutputStream;
import java.lang.reflect.Proxy;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** A function whose class cannot be loaded fails its shards, with a reason that people can read. */
class MissingFunctionClassTest {
  private static final String TABLE = "cairn";
  private static final JobId JOB = new JobId("flights");
  private static final Map<String, String> SDK =
      Map.of(
          "aws.region", "us-east-1",
          "aws.accessKeyId", "local",
          "aws.secretAccessKey", "local");

  private static DynamoDbLocal database;
  private static DynamoDbJournal journal;

  private final AtomicInteger ended = new AtomicInteger();

  @BeforeAll
  static void serve() {
    database = DynamoDbLocal.serve(0);
    CairnTable.create(database.client(), TABLE);
    SDK.forEach(System::setProperty);
    System.setProperty("aws.endpointUrl", database.endpoint().orElseThrow().toString());
    journal = new DynamoDbJournal(database.client(), TABLE, Backoff.sleeping());
    new DynamoDbCheckpointStore(
            database.client(), TABLE, Backoff.sleeping(), InstantSource.system())
        .create(Job.create(JOB, CheckpointSettings.DEFAULTS));
  }

  @AfterAll
  static void stop() throws Exception {
    SDK.keySet().forEach(System::clearProperty);
    System.clearProperty("aws.endpointUrl");
    database.close();
  }

  /** Its static initializer fails in every process. */
  public static final class NotInitializable implements KeyedFunction<String> {
    private static final int LIMIT = Integer.parseInt("many");

    @Override
    public Deserializer<String> deserializer() {
      return Deserializers.text();
    }

    @Override
    public void open(RuntimeContext context) {}

    @Override
    public void process(String word, dev.cairn.function.Context context) {
      assertThat(word).hasSizeLessThan(LIMIT);
    }
  }

  @Test
  void aClassThatIsNotThereIsAFailureOfTheShard() {
    requireFailure(0, "com.example.Gone", "there is no such class in the deployed code");
  }

  @Test
  void aStaticInitializerThatThrowsIsAFailureOfTheShard() {
    requireFailure(
        1,
        NotInitializable.class.getName(),
        "its static initializer threw java.lang.NumberFormatException");
  }

  private static void opened(SubtaskId subtask) {
    journal.open(
        subtask,
        new Entry.Opened(
            Entry.Header.first(
                new EntryId("opened"), new Epoch(1), Entry.Writer.MAPPING, Instant.EPOCH),
            new Origin(new StartPosition.TrimHorizon(), HashRange.ALL)));
  }

  private void requireFailure(int shard, String className, String why) {
    SubtaskId subtask =
        new SubtaskId(JOB, new StageId("aircraft"), new ShardId("shardId-00000000000" + shard));
    opened(subtask);
    TaskHandler handler =
        new TaskHandler(
            Map.of(
                "CAIRN_JOB", "flights",
                "CAIRN_STAGE", "aircraft",
                "CAIRN_TABLE", TABLE,
                "CAIRN_STREAM", "departures",
                "CAIRN_FUNCTION", className,
                "CAIRN_START", "TRIM_HORIZON",
                "AWS_LAMBDA_INITIALIZATION_TYPE", "on-demand"),
            ended::incrementAndGet);
    byte[] wake = ("{\"cairn\":\"wake\",\"shard\":\"" + subtask.shard() + "\"}").getBytes(UTF_8);

    assertThatThrownBy(
            () ->
                handler.handleRequest(
                    new ByteArrayInputStream(wake), OutputStream.nullOutputStream(), context()))
        .isInstanceOf(FunctionNotLoadedException.class);

    ShardFailure failing = journal.fromLastBase(subtask).getLast().header().failing().orElseThrow();
    assertThat(failing.reason()).isEqualTo(FailureReason.CODE_NOT_LOADABLE);
    assertThat(failing.message()).contains("CAIRN_FUNCTION", className, why);
    assertThat(ended).as("the next invocation tries it in a new process").hasValue(1);
  }

  /** An invocation with a minute left. */
  private static Context context() {
    return (Context)
        Proxy.newProxyInstance(
            Context.class.getClassLoader(),
            new Class<?>[] {Context.class},
            (proxy, method, arguments) ->
                switch (method.getName()) {
                  case "getRemainingTimeInMillis" -> 60_000;
                  case "getInvokedFunctionArn" ->
                      "arn:aws:lambda:us-east-1:000000000000:function:flights:live";
                  default -> throw new UnsupportedOperationException(method.getName());
                });
  }
}
