package dev.cairn.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import dev.cairn.s3.S3FileStorage;
import dev.cairn.storage.FilePath;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;

/** Clients as the standard configuration has them; system properties stand for the environment. */
class AwsTest {
  private final List<String> requests = new CopyOnWriteArrayList<>();
  private HttpServer server;
  private Map<String, String> configuration;

  @BeforeEach
  void configure() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/",
        exchange -> {
          exchange.getRequestBody().readAllBytes();
          requests.add(
              exchange.getRequestURI().getPath()
                  + " "
                  + exchange.getRequestHeaders().getFirst("Authorization"));
          exchange.sendResponseHeaders(200, 2);
          exchange.getResponseBody().write("{}".getBytes(StandardCharsets.UTF_8));
          exchange.close();
        });
    server.start();
    configuration =
        Map.of(
            "aws.endpointUrl",
            // A name, not a number: for those the SDK would put the bucket into the host.
            "http://localhost:" + server.getAddress().getPort(),
            "aws.region",
            "eu-west-3",
            "aws.accessKeyId",
            "configured",
            "aws.secretAccessKey",
            "secret");
    configuration.forEach(System::setProperty);
  }

  @AfterEach
  void forget() {
    configuration.keySet().forEach(System::clearProperty);
    server.stop(0);
  }

  @Test
  void endpointRegionAndCredentialsAreThoseOfTheConfiguration() {
    try (Aws aws = new Aws(Optional.empty(), Optional.empty(), Optional.empty())) {
      DynamoDbClient client = aws.dynamoDb();
      client.getItem(get -> get.tableName("t").key(Map.of()));
      new S3FileStorage(aws.s3(), "bucket", "prefix").get(new FilePath("file"));
    }
    assertThat(requests).hasSize(2);
    assertThat(requests.get(0)).contains("Credential=configured/", "/eu-west-3/dynamodb/");
    assertThat(requests.get(1))
        .startsWith("/bucket/prefix/file ")
        .contains("Credential=configured/", "/eu-west-3/s3/");
  }

  @Test
  void anOptionGoesBeforeIt() {
    try (Aws aws = new Aws(Optional.empty(), Optional.of(Region.SA_EAST_1), Optional.empty())) {
      aws.dynamoDb().getItem(get -> get.tableName("t").key(Map.of()));
    }
    assertThat(requests).singleElement().asString().contains("/sa-east-1/dynamodb/");
  }
}
