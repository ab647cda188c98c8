package dev.cairn.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.cbor.databind.CBORMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.cairn.cli.output.Terminal;
import dev.cairn.cli.output.WorkProgress.Voice;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** {@code cairn feed} against a Kinesis that takes everything, or does not have the stream. */
class FeedCommandTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final ObjectMapper CBOR = new CBORMapper();

  @TempDir private Path home;

  private final List<String> stream = new CopyOnWriteArrayList<>();
  private final ByteArrayOutputStream screen = new ByteArrayOutputStream();
  private HttpServer kinesis;

  private record Answer(int exitCode, String out, String err) {
    /** All of the output is this one value. */
    JsonNode json() throws IOException {
      List<JsonNode> values = JSON.readerFor(JsonNode.class).<JsonNode>readValues(out).readAll();
      assertThat(values).as(out).hasSize(1);
      return values.getFirst();
    }
  }

  @BeforeEach
  void serve() throws IOException {
    kinesis = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    kinesis.createContext("/", this::answer);
    kinesis.start();
  }

  @AfterEach
  void stop() {
    kinesis.stop(0);
  }

  private void answer(HttpExchange exchange) throws IOException {
    JsonNode request = CBOR.readTree(exchange.getRequestBody());
    boolean isThere = request.path("StreamName").asText().equals("orders");
    ObjectNode answer = CBOR.createObjectNode();
    if (isThere) {
      ArrayNode records = answer.put("FailedRecordCount", 0).putArray("Records");
      for (JsonNode record : request.get("Records")) {
        stream.add(record.get("PartitionKey").asText());
        records
            .addObject()
            .put("SequenceNumber", Integer.toString(stream.size()))
            .put("ShardId", "shardId-000000000000");
      }
    } else {
      answer.put("__type", "ResourceNotFoundException").put("message", "Stream none not found");
    }
    byte[] body = CBOR.writeValueAsBytes(answer);
    exchange.getResponseHeaders().add("Content-Type", "application/x-amz-cbor-1.1");
    exchange.sendResponseHeaders(isThere ? 200 : 400, body.length);
    exchange.getResponseBody().write(body);
    exchange.close();
  }

  private Answer feed(boolean isLive, Path file, String... more) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    PrintStream drawn = new PrintStream(screen, true, StandardCharsets.UTF_8);
    CommandLine commands =
        Cairn.commands(
            new CliEnvironment(home, Map.of()),
            new Terminal(drawn, isLive, 80, Voice.SILENT, false));
    commands.setOut(new PrintWriter(out, true)).setErr(new PrintWriter(err, true));
    String[] usual = {
      "feed",
      file.toString(),
      "--key",
      "customer",
      "--endpoint",
      "http://127.0.0.1:" + kinesis.getAddress().getPort()
    };
    String[] all = Stream.concat(Stream.of(usual), Stream.of(more)).toArray(String[]::new);
    if (Stream.of(more).noneMatch("--stream"::equals)) {
      all = Stream.concat(Stream.of(all), Stream.of("--stream", "orders")).toArray(String[]::new);
    }
    int exitCode = commands.execute(all);
    return new Answer(exitCode, out.toString(), err.toString());
  }

  private Path orders(String... lines) throws IOException {
    return Files.writeString(home.resolve("orders.jsonl"), String.join("\n", lines) + "\n");
  }

  private Path threeOrders() throws IOException {
    return orders("{\"customer\":\"a\"}", "{\"customer\":\"b\"}", "{\"customer\":\"a\"}");
  }

  @Test
  void aFileIsInTheStreamAndThatIsSaidWithoutABarInAFile() throws IOException {
    Path orders = threeOrders();

    Answer fed = feed(false, orders);

    assertThat(fed.exitCode()).as(fed.err()).isZero();
    assertThat(stream).containsExactlyInAnyOrder("a", "b", "a");
    assertThat(fed.out()).startsWith("3 records of " + orders + " are in stream orders, in ");
    assertThat(fed.err()).isEmpty();
    assertThat(screen.toString(StandardCharsets.UTF_8)).isEmpty();
  }

  @Test
  void onATerminalABarSaysHowFarItIs() throws IOException {
    Answer fed = feed(true, threeOrders());

    assertThat(fed.exitCode()).as(fed.err()).isZero();
    String drawn = screen.toString(StandardCharsets.UTF_8);
    assertThat(drawn).contains("orders.jsonl", "100%", "3 records").doesNotContain("\u001b[33m");
    assertThat(drawn.split("[\r\n]")).allSatisfy(line -> assertThat(line).hasSizeLessThan(81));
  }

  @Test
  void asJsonItIsOneObjectAndNothingIsDrawn() throws IOException {
    JsonNode fed = feed(true, threeOrders(), "--json", "--limit", "2").json();

    assertThat(fed.get("stream").asText()).isEqualTo("orders");
    assertThat(fed.get("sent").asInt()).isEqualTo(2);
    assertThat(fed.get("complete").asInt()).isEqualTo(2);
    assertThat(fed.get("tookMillis").isNumber()).isTrue();
    assertThat(fed.get("stopped").asBoolean()).isFalse();
    assertThat(fed.has("error")).isFalse();
    assertThat(screen.toString(StandardCharsets.UTF_8)).isEmpty();
  }

  @Test
  void whoSkipsEverythingIsWarned() throws IOException {
    Path orders = threeOrders();
    String warning = "nothing was fed: " + orders + " has 3 records, and --skip leaves out as many";

    Answer text = feed(false, orders, "--skip", "5");
    assertThat(text.exitCode()).isZero();
    assertThat(text.err()).startsWith("cairn: warning: " + warning);
    Answer json = feed(false, orders, "--skip", "5", "--json");
    assertThat(json.err()).isEmpty();
    assertThat(json.json().get("warning").asText()).startsWith(warning);
    assertThat(stream).isEmpty();
  }

  @Test
  void anInputThatCannotBeReadToItsEndSaysWhereToGoOn() throws IOException {
    Path orders = orders("{\"customer\":\"a\"}", "{\"customer\":\"b\"}", "{\"customer\":");

    Answer text = feed(false, orders);
    assertThat(text.exitCode()).isEqualTo(ExitCode.UNUSABLE);
    assertThat(text.out()).startsWith("2 records of ");
    assertThat(text.err()).startsWith("cairn: ").contains("; continue with --skip 2");
    Answer json = feed(false, orders, "--json");
    assertThat(json.exitCode()).isEqualTo(ExitCode.UNUSABLE);
    assertThat(json.err()).isEmpty();
    assertThat(json.json().get("sent").asInt()).isEqualTo(2);
    assertThat(json.json().at("/error/next").asText()).isEqualTo("continue with --skip 2");
  }

  @Test
  void aStreamThatIsNotThereIsNamed() throws IOException {
    Answer text = feed(false, threeOrders(), "--stream", "none");
    assertThat(text.exitCode()).isEqualTo(ExitCode.UNUSABLE);
    assertThat(text.out()).startsWith("0 records of ");
    assertThat(text.err()).contains("Stream none not found", "continue with --skip 0");
    Answer json = feed(false, threeOrders(), "--stream", "none", "--json");
    assertThat(json.err()).isEmpty();
    assertThat(json.json().at("/error/message").asText()).contains("Stream none not found");
    assertThat(json.json().at("/error/exitCode").asInt()).isEqualTo(ExitCode.UNUSABLE);
  }
}
