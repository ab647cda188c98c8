package dev.cairn.lambda;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a container does before its first invocation, and what of it stays. */
class TaskHandlerTest {
  private static final Map<String, String> SDK =
      Map.of(
          "aws.region", "us-east-1",
          "aws.accessKeyId", "test",
          "aws.secretAccessKey", "test");

  private static final Set<Class<?>> SAME_EVERYWHERE =
      Set.of(TaskEnvironment.class, Runnable.class);

  private final List<String> requests = new CopyOnWriteArrayList<>();
  private int dynamoDbStatus = 200;
  private HttpServer server;

  @BeforeEach
  void serve() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext("/", this::answer);
    server.start();
    SDK.forEach(System::setProperty);
    System.setProperty("aws.endpointUrl", "http://127.0.0.1:" + server.getAddress().getPort());
  }

  @AfterEach
  void stop() {
    SDK.keySet().forEach(System::clearProperty);
    System.clearProperty("aws.endpointUrl");
    server.stop(0);
  }

  @Test
  void onDemandMakesItsClientsAndCallsNobody() throws Exception {
    TaskHandler handler = handler(variables("on-demand"));

    assertThat(requests).isEmpty();
    assertThat(kept(handler)).as("clients").hasSize(1);
  }

  @Test
  void beforeASnapshotItReadsOnceEverywhereWritesNothingAndKeepsNothing() throws Exception {
    TaskHandler handler = handler(variables("snap-start"));

    assertThat(requests)
        .containsExactly(
            "POST / DynamoDB_20120810.Query", "GET /the-bucket/flights/chk-1/_metadata");
    assertThat(kept(handler)).isEmpty();
  }

  @Test
  void withoutADirectoryCheckpointsAreInlineAndNothingAsksS3() throws Exception {
    Map<String, String> inline = variables("snap-start");
    inline.remove("EXECUTION_CHECKPOINTING_DIR");

    TaskHandler handler = handler(inline);

    assertThat(requests)
        .containsExactly("POST / DynamoDB_20120810.Query", "POST / DynamoDB_20120810.GetItem");
    assertThat(kept(handler)).isEmpty();
  }

  @Test
  void aTableThatDoesNotAnswerYetIsNoReasonNotToStart() throws Exception {
    dynamoDbStatus = 400;
    TaskHandler handler = handler(variables("snap-start"));

    assertThat(requests).isNotEmpty();
    assertThat(kept(handler)).isEmpty();
  }

  private static TaskHandler handler(Map<String, String> variables) {
    return new TaskHandler(
        variables,
        () -> {
          throw new IllegalStateException("the process is not to end");
        });
  }

  @ParameterizedTest
  @ValueSource(strings = {"snap-start", "provisioned-concurrency"})
  void aClassThatIsMissingFailsTheDeploymentThatInitializesTheFunction(String initialization) {
    Map<String, String> variables = variables(initialization);
    variables.put("CAIRN_FUNCTION", "com.example.Gone");

    assertThatThrownBy(() -> handler(variables))
        .isInstanceOf(FunctionNotLoadedException.class)
        .hasMessageContaining("there is no such class in the deployed code");
    assertThat(requests).isEmpty();
  }

  private static Map<String, String> variables(String initialization) {
    Map<String, String> variables =
        new HashMap<>(
            Map.of(
                "CAIRN_JOB", "flights",
                "CAIRN_STAGE", "aircraft",
                "CAIRN_TABLE", "the-table",
                "EXECUTION_CHECKPOINTING_DIR", "s3://the-bucket",
                "CAIRN_STREAM", "departures",
                "CAIRN_FUNCTION", TaskEnvironmentTest.Usable.class.getName(),
                "CAIRN_START", "TRIM_HORIZON"));
    variables.put("AWS_LAMBDA_INITIALIZATION_TYPE", initialization);
    return variables;
  }

  /** What the handler holds besides what is the same in every container. */
  private static List<Object> kept(TaskHandler handler) throws IllegalAccessException {
    List<Object> kept = new CopyOnWriteArrayList<>();
    for (Field field : TaskHandler.class.getDeclaredFields()) {
      if (!Modifier.isStatic(field.getModifiers()) && !SAME_EVERYWHERE.contains(field.getType())) {
        field.setAccessible(true);
        ((Optional<?>) field.get(handler)).ifPresent(kept::add);
      }
    }
    return kept;
  }

  private void answer(HttpExchange exchange) throws IOException {
    String target = exchange.getRequestHeaders().getFirst("X-Amz-Target");
    requests.add(
        exchange.getRequestMethod()
            + " "
            + exchange.getRequestURI().getPath()
            + (target == null ? "" : " " + target));
    exchange.getRequestBody().readAllBytes();
    byte[] body = (target == null ? "" : "{\"Items\":[],\"Count\":0}").getBytes(UTF_8);
    exchange.sendResponseHeaders(
        target == null ? 404 : dynamoDbStatus, body.length == 0 ? -1 : body.length);
    exchange.getResponseBody().write(body);
    exchange.close();
  }
}
