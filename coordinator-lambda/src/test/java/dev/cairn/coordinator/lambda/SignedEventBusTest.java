package dev.cairn.coordinator.lambda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;

/** The call, as a service on this machine receives it. */
class SignedEventBusTest {
  private record Received(Headers headers, JsonNode body) {}

  private final List<Received> received = new ArrayList<>();
  private HttpServer server;
  private int status = 200;
  private String answer = "{\"FailedEntryCount\":0,\"Entries\":[{\"EventId\":\"1\"}]}";

  @BeforeEach
  void listen() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/",
        exchange -> {
          received.add(
              new Received(
                  exchange.getRequestHeaders(),
                  new ObjectMapper().readTree(exchange.getRequestBody().readAllBytes())));
          byte[] bytes = answer.getBytes(StandardCharsets.UTF_8);
          exchange.sendResponseHeaders(status, bytes.length);
          exchange.getResponseBody().write(bytes);
          exchange.close();
        });
    server.start();
  }

  @AfterEach
  void stop() {
    server.stop(0);
  }

  private void put() {
    new SignedEventBus(
            UrlConnectionHttpClient.create(),
            () -> AwsBasicCredentials.create("AKID", "secret"),
            URI.create("http://127.0.0.1:" + server.getAddress().getPort()),
            "eu-west-1",
            "the-bus")
        .put("Checkpoint Completed", "{\"job\":\"flights\"}");
  }

  @Test
  void isOneSignedCallOfPutEvents() {
    put();
    assertThat(received).hasSize(1);
    Headers headers = received.getFirst().headers();
    assertThat(headers.getFirst("X-Amz-Target")).isEqualTo("AWSEvents.PutEvents");
    assertThat(headers.getFirst("Content-Type")).isEqualTo("application/x-amz-json-1.1");
    assertThat(headers.getFirst("Authorization"))
        .startsWith("AWS4-HMAC-SHA256 Credential=AKID/")
        .contains("/eu-west-1/events/aws4_request");
    JsonNode entry = received.getFirst().body().at("/Entries/0");
    assertThat(entry.get("EventBusName").asText()).isEqualTo("the-bus");
    assertThat(entry.get("Source").asText()).isEqualTo("cairn");
    assertThat(entry.get("DetailType").asText()).isEqualTo("Checkpoint Completed");
    assertThat(entry.get("Detail").asText()).isEqualTo("{\"job\":\"flights\"}");
  }

  @Test
  void anEntryThatWasNotTakenIsAFailureThoughTheAnswerIs200() {
    answer = "{\"FailedEntryCount\":1,\"Entries\":[{\"ErrorCode\":\"InternalFailure\"}]}";
    assertThatThrownBy(this::put)
        .hasMessageContaining("event bus the-bus did not accept an event: its status was 200")
        .hasMessageContaining("InternalFailure");
  }

  @Test
  void aRefusalSaysWhatToLookAt() {
    status = 400;
    answer = "{\"__type\":\"AccessDeniedException\"}";
    assertThatThrownBy(this::put)
        .hasMessageContaining("its status was 400")
        .hasMessageContaining("AccessDenied")
        .hasMessageContaining("events:PutEvents");
  }
}
