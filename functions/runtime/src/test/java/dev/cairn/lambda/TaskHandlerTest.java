package dev.cairn.lambda;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

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
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a container does before its first invocation, and what of it stays. */
class TaskHandlerTest {
  private static final Map<String, String> SDK =
      Map.of(
          "aws.region", "us-east-1",
          "aws.accessKeyId", "test",
          "aws.secretAccessKey", "test");

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
    TaskHandler handler = new TaskHandler(variables("on-demand"));

    assertThat(requests).isEmpty();
    assertThat(kept(handler)).as("clients").hasSize(1);
  }

  @Test
  void beforeASnapshotItReadsOnceEverywhereWritesNothingAndKeepsNothing() throws Exception {
    TaskHandler handler = new TaskHandler(variables("snap-start"));

    assertThat(requests)
        .containsExactly(
            "POST / DynamoDB_20120810.Query", "GET /the-bucket/flights/chk-1/_metadata");
    assertThat(kept(handler)).isEmpty();
  }

  @Test
  void withoutADirectoryCheckpointsAreInlineAndNothingAsksS3() throws Exception {
    Map<String, String> inline = variables("snap-start");
    inline.remove("EXECUTION_CHECKPOINTING_DIR");

    TaskHandler handler = new TaskHandler(inline);

    assertThat(requests)
        .containsExactly("POST / DynamoDB_20120810.Query", "POST / DynamoDB_20120810.GetItem");
    assertThat(kept(handler)).isEmpty();
  }

  @Test
  void aTableThatDoesNotAnswerYetIsNoReasonNotToStart() throws Exception {
    dynamoDbStatus = 400;
    TaskHandler handler = new TaskHandler(variables("snap-start"));

    assertThat(requests).isNotEmpty();
    assertThat(kept(handler)).isEmpty();
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

  /** What the handler holds besides the environment, which is the same in every container. */
  private static List<Object> kept(TaskHandler handler) throws IllegalAccessException {
    List<Object> kept = new CopyOnWriteArrayList<>();
    for (Field field : TaskHandler.class.getDeclaredFields()) {
      if (!Modifier.isStatic(field.getModifiers()) && field.getType() != TaskEnvironment.class) {
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
