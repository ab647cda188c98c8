package dev.cairn.localstack.deployed;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.cairn.localstack.LocalStack;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.testcontainers.containers.Container.ExecResult;
import org.testcontainers.localstack.LocalStackContainer;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.awscore.client.builder.AwsSyncClientBuilder;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;

/** One LocalStack with all that it has, for pipelines that are deployed as users deploy them. */
final class LocalCloud implements AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final LocalStackContainer container =
      LocalStack.container()
          // A JVM may take its time to start on a machine that has much to do.
          .withEnv("LAMBDA_RUNTIME_ENVIRONMENT_TIMEOUT", "120")
          // Its mapping polls one shard each second otherwise.
          .withEnv("LAMBDA_EVENT_SOURCE_MAPPING_POLL_INTERVAL_SEC", "0.2");

  static LocalCloud start() {
    LocalCloud cloud = new LocalCloud();
    cloud.container.start();
    return cloud;
  }

  /** Asked by JUnit: without an engine or Node, one line says what is skipped. */
  static boolean isAvailable() {
    String what = "the pipeline deployed to LocalStack";
    if (!Node.isThere()) {
      System.out.println("skipped, as there is no Node: " + what);
      return false;
    }
    return LocalStack.isAvailable(what);
  }

  URI endpoint() {
    return container.getEndpoint();
  }

  /** What a tool needs in its environment to work here. */
  Map<String, String> environment() {
    return Map.of(
        "AWS_ENDPOINT_URL", endpoint().toString(),
        "AWS_ENDPOINT_URL_S3", endpoint().toString(),
        "AWS_ACCESS_KEY_ID", container.getAccessKey(),
        "AWS_SECRET_ACCESS_KEY", container.getSecretKey(),
        "AWS_REGION", container.getRegion(),
        "AWS_DEFAULT_REGION", container.getRegion());
  }

  <
          B extends
              AwsSyncClientBuilder<B, C>
                  & software.amazon.awssdk.awscore.client.builder.AwsClientBuilder<B, C>,
          C>
      C client(B builder) {
    return builder
        .endpointOverride(endpoint())
        .region(Region.of(container.getRegion()))
        .credentialsProvider(
            StaticCredentialsProvider.create(
                AwsBasicCredentials.create(container.getAccessKey(), container.getSecretKey())))
        .httpClientBuilder(UrlConnectionHttpClient.builder().socketTimeout(Duration.ofMinutes(2)))
        .build();
  }

  /** Runs a shell command where the functions run. */
  String shell(String command) {
    try {
      ExecResult result = container.execInContainer("sh", "-c", command);
      return result.getStdout().strip();
    } catch (IOException e) {
      throw new IllegalStateException("LocalStack's container did not run: " + command, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  /**
   * All that a log group has. Asked without a client of the SDK's, as the newest one for CloudWatch
   * Logs cannot always be had.
   */
  List<String> logged(String group) {
    List<String> messages = new ArrayList<>();
    String token = "";
    do {
      JsonNode page = logsPage(group, token);
      page.get("events").forEach(event -> messages.add(event.get("message").asText()));
      token = page.path("nextToken").asText("");
    } while (!token.isEmpty());
    return messages;
  }

  private JsonNode logsPage(String group, String token) {
    ObjectNode request = JSON.createObjectNode().put("logGroupName", group);
    if (!token.isEmpty()) {
      request.put("nextToken", token);
    }
    return ask("Logs_20140328.FilterLogEvents", request);
  }

  /** Everything that the default event bus gets from Cairn from now on goes to this queue. */
  void routeEvents(String queueArn) {
    var unused =
        ask(
            "AWSEvents.PutRule",
            JSON.createObjectNode()
                .put("Name", "cairn")
                .put("EventPattern", "{\"source\":[\"cairn\"]}"));
    ObjectNode targets = JSON.createObjectNode().put("Rule", "cairn");
    targets.putArray("Targets").addObject().put("Id", "queue").put("Arn", queueArn);
    assertThat(ask("AWSEvents.PutTargets", targets).path("FailedEntryCount").asInt()).isZero();
  }

  private JsonNode ask(String target, ObjectNode request) {
    try (HttpClient http = HttpClient.newHttpClient()) {
      HttpResponse<byte[]> answer =
          http.send(
              HttpRequest.newBuilder(endpoint())
                  .header("X-Amz-Target", target)
                  .header("Content-Type", "application/x-amz-json-1.1")
                  .POST(HttpRequest.BodyPublishers.ofByteArray(JSON.writeValueAsBytes(request)))
                  .build(),
              HttpResponse.BodyHandlers.ofByteArray());
      if (answer.statusCode() != 200) {
        throw new AssertionError(
            target
                + " with "
                + request
                + " was answered "
                + new String(answer.body(), StandardCharsets.UTF_8));
      }
      return JSON.readTree(answer.body());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void close() {
    container.stop();
  }
}
