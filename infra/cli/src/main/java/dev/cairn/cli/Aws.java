package dev.cairn.cli;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.HttpURLConnection;
import java.net.Proxy;
import java.net.URI;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.function.Consumer;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.ProfileCredentialsProvider;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.awscore.client.builder.AwsClientBuilder;
import software.amazon.awssdk.awscore.retry.AwsRetryStrategy;
import software.amazon.awssdk.core.SdkServiceClientConfiguration;
import software.amazon.awssdk.core.client.config.ClientOverrideConfiguration;
import software.amazon.awssdk.http.SdkHttpClient;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.kinesis.KinesisClient;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.S3ClientBuilder;
import software.amazon.awssdk.utils.AttributeMap;

/**
 * The AWS clients of one command, configured by the environment, profile and endpoints, which
 * options override. Closing this object closes the clients.
 */
public final class Aws implements AutoCloseable {
  private final Optional<URI> endpoint;
  private final Optional<Region> region;
  private final Optional<String> profile;
  private final Deque<AutoCloseable> clients = new ArrayDeque<>();

  /**
   * @param endpoint the endpoint of all services; empty for the configured ones
   * @param region empty for the configured one, or us-east-1 at an endpoint on this machine
   * @param profile a profile of the shared configuration, before credentials in the environment
   */
  public Aws(Optional<URI> endpoint, Optional<Region> region, Optional<String> profile) {
    this.endpoint = endpoint;
    this.region = region;
    this.profile = profile;
  }

  public DynamoDbClient dynamoDb() {
    return closing(configure(DynamoDbClient.builder()).httpClientBuilder(httpClient()).build());
  }

  public KinesisClient kinesis() {
    return closing(configure(KinesisClient.builder()).httpClientBuilder(httpClient()).build());
  }

  /** Kinesis for a caller that decides itself what to do after a failure. */
  KinesisClient kinesisWithoutRetries() {
    return closing(
        configure(
                KinesisClient.builder(),
                override -> override.retryStrategy(AwsRetryStrategy.doNotRetry()))
            .httpClientBuilder(httpClient())
            .build());
  }

  public S3Client s3() {
    S3Client usual = closing(s3Builder().build());
    // Emulators of S3 have one host; bucket.host cannot be resolved.
    return isElsewhere(usual.serviceClientConfiguration())
        ? closing(s3Builder().forcePathStyle(true).build())
        : usual;
  }

  private S3ClientBuilder s3Builder() {
    return configure(S3Client.builder()).httpClientBuilder(httpClient());
  }

  /**
   * The usual client reads all trusted certificates when it is created, which takes a tenth of a
   * command's time. An emulator on this machine needs none.
   */
  private SdkHttpClient.Builder<?> httpClient() {
    return endpoint.filter(at -> isLoopback(at) && at.getScheme().equals("http")).isPresent()
        ? new WithoutTls()
        : UrlConnectionHttpClient.builder();
  }

  /** Clients for endpoints on this machine: without TLS and without a proxy. */
  private static final class WithoutTls implements SdkHttpClient.Builder<WithoutTls> {
    private static final int CONNECT_MILLIS = 2_000;
    private static final int READ_MILLIS = 30_000;

    @Override
    public SdkHttpClient buildWithDefaults(AttributeMap defaults) {
      return UrlConnectionHttpClient.create(WithoutTls::connect);
    }

    private static HttpURLConnection connect(URI uri) {
      try {
        HttpURLConnection connection =
            (HttpURLConnection) uri.toURL().openConnection(Proxy.NO_PROXY);
        connection.setConnectTimeout(CONNECT_MILLIS);
        connection.setReadTimeout(READ_MILLIS);
        connection.setInstanceFollowRedirects(false);
        return connection;
      } catch (IOException e) {
        throw new UncheckedIOException(uri + " cannot be connected to: " + e.getMessage(), e);
      }
    }
  }

  private static boolean isElsewhere(SdkServiceClientConfiguration configuration) {
    return configuration.endpointOverride().isPresent();
  }

  private <C extends AutoCloseable> C closing(C client) {
    clients.push(client);
    return client;
  }

  private <B extends AwsClientBuilder<B, C>, C> B configure(B builder) {
    return configure(builder, override -> {});
  }

  private <B extends AwsClientBuilder<B, C>, C> B configure(
      B builder, Consumer<ClientOverrideConfiguration.Builder> more) {
    builder.overrideConfiguration(
        override -> {
          profile.ifPresent(override::defaultProfileName);
          more.accept(override);
        });
    profile.ifPresent(name -> builder.credentialsProvider(ProfileCredentialsProvider.create(name)));
    endpoint.ifPresent(
        at -> {
          builder.endpointOverride(at);
          if (isLoopback(at) && profile.isEmpty()) {
            // An emulator accepts any credentials; without them the SDK would look for the user's
            // real ones.
            builder
                .region(Region.US_EAST_1)
                .credentialsProvider(
                    StaticCredentialsProvider.create(AwsBasicCredentials.create("local", "local")));
          }
        });
    region.ifPresent(builder::region);
    return builder;
  }

  private static boolean isLoopback(URI endpoint) {
    String host = String.valueOf(endpoint.getHost());
    return host.equals("localhost") || host.startsWith("127.") || host.equals("[::1]");
  }

  @Override
  public void close() {
    while (!clients.isEmpty()) {
      AutoCloseable client = clients.pop();
      try {
        client.close();
      } catch (Exception e) {
        throw new IllegalStateException("a client did not close: " + e.getMessage(), e);
      }
    }
  }
}
