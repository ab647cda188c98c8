package dev.cairn.local.dynamodb;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.Locale;
import java.util.Optional;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.util.Callback;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.streams.DynamoDbStreamsClient;
import software.amazon.dynamodb.services.local.embedded.DynamoDBEmbedded;
import software.amazon.dynamodb.services.local.server.LocalDynamoDBRequestHandler;
import software.amazon.dynamodb.services.local.server.LocalDynamoDBServerHandler;
import software.amazon.dynamodb.services.local.shared.access.AmazonDynamoDBLocal;

/**
 * DynamoDB Local in this process, in memory and without its telemetry: called directly, or served
 * on a loopback port.
 */
public final class DynamoDbLocal implements AutoCloseable {
  private final DynamoDbClient client;
  private final DynamoDbStreamsClient streams;
  private final Optional<URI> endpoint;
  private final AutoCloseable engine;

  private DynamoDbLocal(
      DynamoDbClient client,
      DynamoDbStreamsClient streams,
      Optional<URI> endpoint,
      AutoCloseable engine) {
    this.client = client;
    this.streams = streams;
    this.endpoint = endpoint;
    this.engine = engine;
  }

  /** Starts it without HTTP, for tests that call it directly. */
  public static DynamoDbLocal embedded() {
    requireLatinDigits();
    boolean disableTelemetry = true;
    AmazonDynamoDBLocal engine = DynamoDBEmbedded.create(disableTelemetry);
    return new DynamoDbLocal(
        engine.dynamoDbClient(),
        engine.dynamoDbStreamsClient(),
        Optional.empty(),
        engine::shutdownNow);
  }

  /**
   * Starts it with HTTP on the loopback address only. All regions and credentials see the same
   * tables.
   *
   * @param port where to listen; 0 for any that is free
   */
  public static DynamoDbLocal serve(int port) {
    LocalDynamoDBRequestHandler requests =
        new LocalDynamoDBRequestHandler(0, true, null, true, false);
    // Jetty directly: Amazon's own server listens on every address of the machine.
    Server server = new Server(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
    server.setHandler(new InLatinDigits(requests));
    requireLatinDigits();
    try {
      server.start();
    } catch (Exception e) {
      throw new IllegalStateException(
          "DynamoDB Local cannot listen on 127.0.0.1:"
              + port
              + " ("
              + e.getMessage()
              + "): end whatever uses the port, or choose another",
          e);
    }
    URI endpoint = URI.create("http://127.0.0.1:" + server.getURI().getPort());
    return new DynamoDbLocal(
        DynamoDbClient.builder()
            .endpointOverride(endpoint)
            .region(Region.US_EAST_1)
            .credentialsProvider(localCredentials())
            .httpClientBuilder(UrlConnectionHttpClient.builder())
            .build(),
        DynamoDbStreamsClient.builder()
            .endpointOverride(endpoint)
            .region(Region.US_EAST_1)
            .credentialsProvider(localCredentials())
            .httpClientBuilder(UrlConnectionHttpClient.builder())
            .build(),
        Optional.of(endpoint),
        () -> {
          server.stop();
          requests.shutdown();
        });
  }

  /**
   * Sets this process's default locale to one with the digits 0 to 9. DynamoDB Local writes numbers
   * into its SQL in the default locale, and in ar-EG, say, its database does not understand them.
   */
  private static void requireLatinDigits() {
    Locale.setDefault(Locale.ROOT);
  }

  /** A function under test in this process may set the default locale at any time. */
  private static final class InLatinDigits extends LocalDynamoDBServerHandler {
    InLatinDigits(LocalDynamoDBRequestHandler requests) {
      super(requests, null);
    }

    @Override
    public boolean handle(Request request, Response response, Callback callback) throws Exception {
      requireLatinDigits();
      return super.handle(request, response, callback);
    }
  }

  private static StaticCredentialsProvider localCredentials() {
    return StaticCredentialsProvider.create(AwsBasicCredentials.create("local", "local"));
  }

  public DynamoDbClient client() {
    return client;
  }

  public DynamoDbStreamsClient streams() {
    return streams;
  }

  /** Returns the endpoint for other processes; empty if it is embedded. */
  public Optional<URI> endpoint() {
    return endpoint;
  }

  @Override
  public void close() {
    client.close();
    streams.close();
    try {
      engine.close();
    } catch (Exception e) {
      throw new IllegalStateException("DynamoDB Local did not stop: " + e.getMessage(), e);
    }
  }
}
